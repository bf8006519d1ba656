"""Requests that are cut, too large, too slow or not HTTP."""
import contextlib
import threading

from patient import event, request, status_of

SLOW_SENDERS = 40
MIB = 1 << 20


def run(patient):
    not_requests(patient)
    lengths(patient)
    headers(patient)
    bodies(patient)
    routes(patient)


def expect_status(patient, name, wanted, *pieces, counter=("answers", "4xx")):
    with patient.case(name, *counter):
        answer = patient.converse(*pieces)
        patient.expect(name, status_of(answer) == wanted,
                       f"wanted {wanted}, got {answer[:200]!r}")
        if wanted >= 400:
            patient.expect(name, b"application/problem+json" in answer, f"{answer[:300]!r}")


def not_requests(patient):
    expect_status(patient, "a TLS hello", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9)
    expect_status(patient, "a method in small letters", 400, b"get / HTTP/1.1\r\nHost: x\r\n\r\n")
    expect_status(patient, "no version", 400, b"GET /\r\n\r\n")
    expect_status(patient, "control characters in a header", 400,
                  request(headers=["X: a\x01b\x00c"]))
    expect_status(patient, "a header line without a colon", 400, request(headers=["nonsense"]))
    for name, bytes_sent in (("half a header", b"POST /v1/events HTTP/1.1\r\nHost: 127.0"),
                             ("nothing at all", b""), ("blank lines only", b"\r\n" * 100)):
        with patient.case(name):
            answer = patient.converse(bytes_sent)
            patient.expect(name, not answer.startswith(b"HTTP/1.1 2"), f"got {answer[:100]!r}")


def lengths(patient):
    body = event(visitor="smuggled")
    cases = {
        "a length that is no number": ["Content-Length: many"],
        "a negative length": ["Content-Length: -5"],
        "two different lengths": [f"Content-Length: {len(body)}", "Content-Length: 5"],
        "a length and chunks": [f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"],
        "a length beyond 64 bits": ["Content-Length: 99999999999999999999999"],
    }
    for name, lines in cases.items():
        expect_status(patient, name, 400, request(headers=lines, body=body))
    expect_status(patient, "an unknown transfer coding", 501,
                  request(headers=["Transfer-Encoding: gzip, chunked"], body=body),
                  counter=("answers", "5xx"))
    chunked = request(headers=["Transfer-Encoding: chunked"])
    expect_status(patient, "a chunk size that is no number", 400, chunked + b"zz\r\nabc\r\n")
    expect_status(patient, "a chunk without its end", 400, chunked + b"5\r\nabcdeXX3\r\nabc\r\n")
    with patient.case("a body that is cut"):
        answer = patient.converse(request(headers=[f"Content-Length: {len(body)}"],
                                          body=body[:len(body) // 2]))
        patient.expect("a body that is cut", not answer.startswith(b"HTTP/1.1 2"), answer[:100])
    with patient.case("chunks that are cut"):
        patient.converse(chunked + b"%x\r\n" % len(body) + body)
    patient.expect("cut bodies", patient.visitor_events("smuggled") == 0,
                   "an event of a broken request was counted")


def headers(patient):
    expect_status(patient, "a header of 20 KB", 431, request(headers=["X: " + "x" * 20_000]))
    expect_status(patient, "five thousand headers", 431,
                  request(headers=[f"X-{number}: {number}" for number in range(5_000)]))
    expect_status(patient, "a path of 20 KB", 431, request(path="/" + "a" * 20_000))
    expect_status(patient, "a header that never ends", 431, b"GET / HTTP/1.1\r\nHost: x\r\n",
                  *[b"A: " + b"b" * 1_000 + b"\r\n"] * 200)
    expect_status(patient, "no Host", 400, b"GET /health/live HTTP/1.1\r\n\r\n")
    expect_status(patient, "two Hosts", 400, request(headers=["Host: other"]))
    expect_status(patient, "a folded header", 400, request(headers=["X: a", " b"]))
    name = "two hundred requests at once"
    with patient.case(name):
        one = request("GET", "/health/live")
        answer = patient.converse(one * 199 + request("GET", "/health/live",
                                                      ["Connection: close"]))
        patient.expect(name, answer.count(b"HTTP/1.1 200") == 200,
                       f"{answer.count(b'HTTP/1.1 200')} answers")


def bodies(patient):
    expect_status(patient, "a body announced too large", 413,
                  request(headers=[f"Content-Length: {9 * MIB}"]))
    chunk = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    expect_status(patient, "chunks without end", 413,
                  request(headers=["Transfer-Encoding: chunked"]), *[chunk] * 12)
    expect_status(patient, "an unknown coding", 415,
                  request(headers=["Content-Encoding: br", "Content-Length: 3"], body=b"abc"))


def routes(patient):
    expect_status(patient, "an unknown path", 404, request("GET", "/v1/nothing"))
    expect_status(patient, "a path upwards", 404, request("GET", "/../../etc/passwd"))
    expect_status(patient, "a path with a null byte", 404, request("GET", "/v1/visitors%00/x"))
    expect_status(patient, "the wrong method", 405, request("DELETE", "/v1/events"))
    expect_status(patient, "an unknown visitor", 404, request("GET", "/v1/visitors/nobody"))
    expect_status(patient, "an unknown audience", 404,
                  request("GET", "/v1/audiences/nothing/members"))
    expect_status(patient, "a cursor that is none", 400,
                  request("GET", "/v1/changes?after=%FF%FFnonsense"))
    expect_status(patient, "a limit that is no number", 400,
                  request("GET", "/v1/changes?limit=many"))
    expect_status(patient, "a tick that is no time", 400,
                  request("POST", "/v1/clock", ["Content-Length: 20"], b'{"tick":"yesterday"}'))
    expect_status(patient, "WebSocket's path without an upgrade", 426, request("GET", "/v1/ws"))


class SlowSenders:
    """Connections that stop in the middle of a header or a body. Started first and looked at last,
    so that the other cases run while they hang."""

    def __init__(self, patient):
        self.patient = patient
        self.before = patient.counter("timeouts")
        self.streams = []
        for _ in range(SLOW_SENDERS):
            stream = patient.connect()
            stream.sendall(b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            self.streams.append(stream)
        self.drip_until = threading.Event()
        self.dripper = threading.Thread(target=self._drip, daemon=True)
        self.dripper.start()

    def _drip(self):
        """A byte now and then must not buy more time."""
        while not self.drip_until.wait(0.5):
            for stream in self.streams[:SLOW_SENDERS // 2]:
                with contextlib.suppress(OSError):
                    stream.sendall(b"x")

    def check(self):
        answers = []
        for stream in self.streams:
            answer = b""
            with contextlib.suppress(ConnectionError):
                while more := stream.recv(4096):
                    answer += more
            answers.append(status_of(answer))
            stream.close()
        self.drip_until.set()
        self.dripper.join()
        self.patient.expect("slow senders", answers == [408] * SLOW_SENDERS, f"got {answers}")
        moved = self.patient.counter("timeouts") - self.before
        self.patient.expect("slow senders", moved >= SLOW_SENDERS, f"timeouts counted: {moved}")
        self.patient.cases += 1
        self.patient.send_good_event("slow senders")
