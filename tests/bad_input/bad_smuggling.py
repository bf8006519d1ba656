"""Requests that two servers could read differently (request smuggling), lines that are not quite
HTTP, and headers that are to end up in answers. Whatever is refused, no second request hidden in
it is carried out, and the connection ends."""
from patient import event, request, status_of

HIDDEN = "smuggled-in"


def run(patient):
    lengths_and_codings(patient)
    lines(patient)
    chunks(patient)
    injections(patient)
    patient.expect("smuggling", patient.visitor_events(HIDDEN) == 0,
                   "an event of a hidden request was counted")


def hidden_request():
    body = event(visitor=HIDDEN)
    return request(headers=[f"Content-Length: {len(body)}"], body=body)


def refused(patient, name, raw, wanted=(400,)):
    """One answer, with one of these statuses, and nothing after it."""
    with patient.case(name):
        answer = patient.converse(raw)
        patient.expect(name, status_of(answer) in wanted, f"wanted {wanted}, got {answer[:200]!r}")
        patient.expect(name, answer.count(b"HTTP/1.1 ") == 1, f"more answers: {answer!r}")
        patient.expect(name, b"Connection: close" in answer, f"it goes on: {answer[:300]!r}")


def lengths_and_codings(patient):
    hidden = hidden_request()
    zero = b"0\r\n\r\n" + hidden
    cases = {
        "CL.TE": ["Content-Length: 5", "Transfer-Encoding: chunked"],
        "TE.CL": ["Transfer-Encoding: chunked", "Content-Length: 5"],
        "a coding with a space before its colon": ["Transfer-Encoding : chunked"],
        "a coding after a tab": ["Transfer-Encoding:\tchunked", "Content-Length: 5"],
        "a coding twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        "the same length twice": ["Content-Length: 5", "Content-Length: 5"],
        "lengths in a list": ["Content-Length: 5, 5"],
        "a length with a sign": ["Content-Length: +5"],
        "a hexadecimal length": ["Content-Length: 0x5"],
        "a length with a fraction": ["Content-Length: 5.0"],
        "an empty length": ["Content-Length:"],
        "a length with a space inside": ["Content-Length: 5 5"],
        "a length whose name is split": ["Content-\x00Length: 5"],
        "a header name with a space": ["Content Length: 5"],
        "a header before which is a space": [" Content-Length: 5"],
    }
    for name, headers in cases.items():
        refused(patient, name, request(headers=headers, body=zero))
    for coding in ("identity", "xchunked", "chunked, identity", "gzip, chunked", "\x0bchunked",
                   "chunked\x0b", '"chunked"', "chunked;q=1"):
        refused(patient, f"the coding {coding!r}",
                request(headers=[f"Transfer-Encoding: {coding}"], body=zero), wanted=(400, 501))
    refused(patient, "a coding in HTTP/1.0",
            b"POST /v1/events HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + zero)


def lines(patient):
    hidden = hidden_request()
    cases = {
        "lines that end with LF": b"GET /health/live HTTP/1.1\nHost: x\n\n" + hidden,
        "one line that ends with LF": b"GET /health/live HTTP/1.1\r\nHost: x\nX: y\r\n\r\n" + hidden,
        "a lone CR in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rContent-Length: 3\r\n\r\n"
                                 + hidden,
        "two spaces in the request line": b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n" + hidden,
        "a space in the target": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n" + hidden,
        "a NUL in the target": b"GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n" + hidden,
        "HTTP/0.9": b"GET /health/live\r\n\r\n" + hidden,
        "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden,
        "HTTP/1.2": b"GET /health/live HTTP/1.2\r\nHost: x\r\n\r\n" + hidden,
        "a version in small letters": b"GET /health/live http/1.1\r\nHost: x\r\n\r\n" + hidden,
        "two Hosts": request("GET", "/health/live", ["Host: other"]) + hidden,
        "a target that is no path": b"GET health/live HTTP/1.1\r\nHost: x\r\n\r\n" + hidden,
        "a target with another scheme": b"GET ftp://x/health/live HTTP/1.1\r\nHost: x\r\n\r\n"
                                        + hidden,
    }
    for name, raw in cases.items():
        refused(patient, name, raw, wanted=(400, 505))


def chunks(patient):
    hidden = hidden_request()
    head = request(headers=["Transfer-Encoding: chunked"])
    cases = {
        "a chunk size with a sign": b"+5\r\nabcde\r\n0\r\n\r\n",
        "a chunk size with 0x": b"0x5\r\nabcde\r\n0\r\n\r\n",
        "a chunk size beyond 64 bits": b"10000000000000005\r\nabcde\r\n0\r\n\r\n",
        "a chunk size with a space before": b" 5\r\nabcde\r\n0\r\n\r\n",
        "a chunk that ends with LF": b"5\nabcde\n0\n\n",
        "a chunk longer than it says": b"2\r\nabcde\r\n0\r\n\r\n",
        "a chunk without a size": b"\r\nabcde\r\n0\r\n\r\n",
    }
    for name, body in cases.items():
        refused(patient, name, head + body + hidden)
    refused(patient, "an extension of a chunk without end",
            head + b"5;" + b"a" * 100_000 + b"\r\nabcde\r\n0\r\n\r\n" + hidden, wanted=(400, 413, 431))
    name = "a length in a trailer"
    with patient.case(name):  # is not one: the body was whole, the next request begins after it
        good = event(visitor="trailers")
        answer = patient.converse(head + b"%x\r\n%s\r\n0\r\nContent-Length: 1000\r\n\r\n"
                                  % (len(good), good) + request("GET", "/health/live"))
        patient.expect(name, answer.count(b"HTTP/1.1 ") == 2 or status_of(answer) == 400,
                       f"got {answer!r}")


def injections(patient):
    """Nothing a client sends is copied into an answer's head, but for an Origin made of plain
    characters."""
    for name, headers in (("an origin with a quote and a space", ["Origin: https://a \"b"]),
                          ("an origin of 4 KB", ["Origin: https://" + "a" * 4_000]),
                          ("an origin in Latin-1", ["Origin: https://\xe4.example"])):
        with patient.case(name):
            raw = request("OPTIONS", "/v1/events", headers).decode("utf-8").encode("latin-1")
            answer = patient.converse(raw)
            patient.expect(name, b"Access-Control-Allow-Origin" not in answer, f"got {answer!r}")
    for name, raw in (
            ("a redirect into the head",
             request("GET", "/r/tp2?u=https%3A%2F%2Fx.example%2F%0D%0ASet-Cookie%3A%20a%3Db")),
            ("a cookie that is another's head",
             request("GET", "/pixel.gif?e=page_view", ["Cookie: rk_visitor=a%0d%0aX-Bad: 1"])),
            ("a Host that wants to be in a link",
             request("GET", "/v1/audiences", ["X-Forwarded-Host: evil.example"]))):
        with patient.case(name):
            answer = patient.converse(raw)
            head = answer.split(b"\r\n\r\n")[0]
            patient.expect(name, b"a=b" not in head and b"X-Bad" not in head
                           and b"evil.example" not in answer, f"got {answer!r}")
