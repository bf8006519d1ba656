"""A server that gets bad input, and how we see that it took no harm: after each case a good event
still works, and the counter that should have moved did."""
import contextlib
import json
import socket
import time

GOOD_AT = 1_767_225_600_000  # 2026-01-01


class Patient:
    def __init__(self, server):
        self.server = server
        self.faults = []
        self.cases = 0
        self.good_events = 0

    def fault(self, text):
        self.faults.append(text)

    def expect(self, case, condition, found):
        if not condition:
            self.fault(f"{case}: {found}")

    # --- raw bytes --------------------------------------------------------------------------------

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.server.port))

    def converse(self, *pieces, half_close=True):
        """Sends raw bytes; returns all the server answers until it closes."""
        with self.connect() as stream:
            with contextlib.suppress(ConnectionError):  # it may close before it has read everything
                for piece in pieces:
                    stream.sendall(piece)
                if half_close:
                    stream.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(ConnectionError):
                while more := stream.recv(65536):
                    answer += more
        return answer

    # --- harm -------------------------------------------------------------------------------------

    def send_good_event(self, case):
        self.good_events += 1
        answer = self.server.http.post("/v1/events", {
            "event_id": f"good-{self.good_events}", "visitor": "good", "type": "page_view",
            "at": GOOD_AT + self.good_events})
        good = answer.status == 200 and answer.json()["accepted"] == 1
        self.expect(case, good, f"a good event right after it got {answer}")

    def counter(self, *names):
        """Sum over all series of these metrics; a label part like 'reason="wrong_type"' narrows."""
        total = 0.0
        for series, value in self.server.metrics().items():
            if all(part in series for part in names):
                total += value
        return total

    @contextlib.contextmanager
    def case(self, name, *counter):
        """Around one piece of bad input: `counter` must grow, and a good event must work."""
        self.cases += 1
        before = self.counter(*counter) if counter else 0
        try:
            yield
        except (OSError, ValueError, KeyError, RuntimeError) as problem:
            self.fault(f"{name}: {problem!r}")
            return
        if counter and not self.has_moved(counter, before):
            self.fault(f"{name}: the counter {counter} did not move from {before}")
        self.send_good_event(name)

    def has_moved(self, counter, before):
        """A connection that ended is counted a moment after the peer saw its end."""
        for _ in range(1_000):
            if self.counter(*counter) > before:
                return True
            time.sleep(0.005)
        return False

    def visitor_events(self, who):
        answer = self.server.http.get(f"/v1/visitors/{who}")
        return answer.json()["lifetime"]["events"] if answer.status == 200 else 0

    def quarantine(self, after=0):
        answer = self.server.http.get(f"/v1/quarantine?after={after}&limit=1000")
        if answer.status != 200:
            raise RuntimeError(f"quarantine: {answer}")
        return answer.json()["entries"]

    def last_quarantined(self):
        """Id of the newest entry; 0 when there is none."""
        last = 0
        while entries := self.quarantine(last):
            last = entries[-1]["id"]
        return last


def status_of(answer):
    """Of the first response in raw bytes; 0 when there is none."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def request(method="POST", path="/v1/events", headers=(), body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def event(**fields):
    return json.dumps({"visitor": "bad", "type": "page_view", "at": GOOD_AT, **fields}).encode()
