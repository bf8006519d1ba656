"""Rekindle doing the job of stream.py: NDJSON bodies, each answered when it is durable."""
import http.client
import json
import socket

import stream
from pinned import Pinned, Window, free_port

BODY_EVENTS = 256
IN_FLIGHT = 4


class Ours(Pinned):
    name = "rekindle"

    def __init__(self, program, clock="events"):
        super().__init__()
        self.program = program
        self.port = free_port()
        config = {
            "store": {"directory": str(self.folder / "store")},
            "engine": {"clock": clock},
            "server": {"address": "127.0.0.1", "port": self.port, "free_disk_min": 0},
            "log": {"level": "warning"},
            "sites": [{"name": "shop", "currency": "EUR"}],
            "audiences": {name: {"when": when} for name, when in stream.AUDIENCES.items()},
        }
        self.config = self.folder / "config.yaml"
        self.config.write_text(json.dumps(config), encoding="utf-8")

    def command(self):
        return [str(self.program), "serve", "--config", str(self.config)]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:200]!r}")
        return answer

    def answers(self):
        try:
            self.ask("GET", "/health/ready")
            return True
        except (OSError, RuntimeError, http.client.HTTPException):
            return False

    @staticmethod
    def prepare(events):
        requests = []
        for chunk in stream.chunks(events, BODY_EVENTS):
            body = "\n".join(f'{{"visitor":"v{e.visitor}","event_id":"e{e.id}",'
                             f'"type":"{stream.TYPES[e.type]}","at":{e.at}}}' for e in chunk).encode()
            requests.append(b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            b"Content-Type: application/x-ndjson\r\n"
                            b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return requests

    def run(self, requests):
        """(seconds, duplicates)"""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            seconds, answers = Window(connection, IN_FLIGHT).run(requests, read_http)
        rejected = [answer for answer in answers if answer["rejected"]]
        if rejected:
            raise RuntimeError(f"events were refused: {rejected[0]}")
        return seconds, sum(answer["duplicates"] for answer in answers)

    def finish(self, now):
        self.ask("POST", "/v1/clock", json.dumps({"tick": now}))

    def members(self, audience):
        found, cursor = set(), ""
        while True:
            page = json.loads(self.ask("GET", f"/v1/audiences/{audience}/members?limit=1000{cursor}"))
            found |= {int(member["visitor"][1:]) for member in page["members"]}
            if not page.get("cursor"):
                return found
            cursor = f"&cursor={page['cursor']}"


def read_http(window):
    head = window.until(b"\r\n\r\n").lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"a body was answered {head[:80]!r}")
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return json.loads(window.exactly(length))
