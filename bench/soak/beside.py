"""What goes on beside the load of a soak: herds of visitors who leave at one instant, and a subscriber who
reads too slowly. Both count what they do."""
import http.client
import pathlib
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests/support"))

from websocket import Closed, WebSocket  # noqa: E402

BODY_EVENTS = 256


class Herds(threading.Thread):
    """Every `every` seconds `visitors` of them are seen logging in, at one instant. `audience`, which is
    of those who did within `window` seconds, they all leave at once."""
    AUDIENCE = "soak_herd"

    def __init__(self, port, every, visitors, window):
        super().__init__(daemon=True)
        self.port = port
        self.every = every
        self.visitors = visitors
        self.window = window
        self.over = threading.Event()
        self.accepted = 0
        self.due = []     # wall clock, seconds
        self.fault = None

    def definition(self):
        return f"did(login, {self.window}s)"

    def run(self):
        try:
            while not self.over.wait(self.every):
                self.send(time.time())
        except (OSError, http.client.HTTPException, RuntimeError) as fault:
            self.fault = f"herd: {fault!r}"

    def send(self, at):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        number = len(self.due)
        self.due.append(at + self.window)
        for begin in range(0, self.visitors, BODY_EVENTS):
            lines = [f'{{"site":"shop","visitor":"herd-{v}","event_id":"herd-{at}-{number}-{v}",'
                     f'"type":"login","at":{int(at * 1000)}}}'
                     for v in range(begin, min(begin + BODY_EVENTS, self.visitors))]
            connection.request("POST", "/v1/events", "\n".join(lines),
                               {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"answered {answer.status} {text[:200]!r}")
            self.accepted += len(lines)
        connection.close()

    def stop(self):
        self.over.set()
        self.join()


class SlowSubscriber(threading.Thread):
    """Follows audiences that change all the time, and reads `bytes_per_s` of it. The server must end the
    connection rather than keep for it what it does not read; then it comes again."""

    def __init__(self, port, audiences, bytes_per_s=20_000):
        super().__init__(daemon=True)
        self.port = port
        self.greeting = {"subscribe": {"audiences": audiences}}
        self.bytes_per_s = bytes_per_s
        self.over = threading.Event()
        self.connections = 0
        self.read = 0
        self.fault = None

    def run(self):
        while not self.over.is_set():
            try:
                self.follow()
            except (Closed, ConnectionError):
                pass
            except OSError as fault:
                self.fault = f"slow subscriber: {fault!r}"
                return

    def follow(self):
        with WebSocket(self.port) as subscriber:
            subscriber.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            subscriber.send_json(self.greeting)
            self.connections += 1
            while not self.over.wait(0.1):
                subscriber.socket.settimeout(0.1)
                try:
                    some = subscriber.socket.recv(self.bytes_per_s // 10)
                except TimeoutError:
                    continue
                if not some:
                    raise Closed()
                self.read += len(some)

    def stop(self):
        self.over.set()
        self.join()
