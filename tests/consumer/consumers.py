"""Three consumers of the change feed that are killed and go on: a long poll, an event stream and a
webhook's receiver. Each keeps copies of all member sets with the place they belong to; what it
saved last is all that survives its death."""
import base64
import copy
import hashlib
import hmac
import http.client
import http.server
import json
import random
import socket
import threading
import time

from server import SITE, Http
from xxh3 import visitor_key

LOST = (OSError, http.client.HTTPException)


class Copy:
    """Member sets, and the cursor they are exact at."""

    def __init__(self, cursor="0"):
        self.cursor = cursor
        self.members = {}  # audience → names
        self.checksums = {}  # audience → XOR of their keys, kept with every change
        self.seen = {}  # partition → seq of the last change applied; for the webhook

    def apply(self, change):
        """True when it was news."""
        inside = self.members.setdefault(change["audience"], set())
        who = change["visitor"]
        if change["change"] in ("consent_granted", "consent_refused"):
            if who not in inside:
                raise AssertionError(f"an answer of who is no member: {change}")
            return
        if (change["change"] == "entered") == (who in inside):
            raise AssertionError(f"a change that changes nothing: {change}")
        inside.symmetric_difference_update({who})
        before = self.checksums.get(change["audience"], 0)
        self.checksums[change["audience"]] = before ^ visitor_key(SITE, who)

    def replace(self, audience, names):
        self.members[audience] = set(names)
        checksum = 0
        for name in names:
            checksum ^= visitor_key(SITE, name)
        self.checksums[audience] = checksum

    def of(self, audience):
        return len(self.members.get(audience, ())), f"{self.checksums.get(audience, 0):032x}"


class Consumer(threading.Thread):
    """Works until it is told to stop; dies when told, and goes on with what it saved."""

    def __init__(self, name, place, audiences, seed):
        super().__init__(name=name, daemon=True)
        self.place = place  # .port of the server, 0 while it is away
        self.audiences = audiences
        self.dice = random.Random(seed)
        self.copy = Copy()
        self.saved = Copy()
        self.doomed = threading.Event()
        self.ending = threading.Event()
        self.deaths = 0
        self.proofs = 0
        self.faults = []

    def kill(self):
        self.doomed.set()

    def run(self):
        try:
            while not self.ending.is_set():
                try:
                    self.work(self.place.port)
                except LOST:
                    time.sleep(0.01)
                if self.doomed.is_set():
                    self.doomed.clear()
                    self.copy = copy.deepcopy(self.saved)
                    self.deaths += 1
        except Exception as problem:  # a thread's failure must reach the verdict
            self.faults.append(f"{self.name}: {problem!r}")

    def took(self, changes, cursor):
        for change in changes:
            self.copy.apply(change)
        self.copy.cursor = cursor
        if self.dice.random() < 0.3:
            self.saved = copy.deepcopy(self.copy)

    def maybe_prove(self, port):
        """At its own cursor, while the server goes on."""
        if self.dice.random() < 0.2:
            client = Http(port)
            self.faults += self.prove(client, self.dice.choice(self.audiences))
            client.close()

    def prove(self, client, audience):
        answer = client.get(f"/v1/audiences/{audience}/checksum?at={self.copy.cursor}")
        if answer.status in (429, 503):
            return []
        if answer.status != 200:
            return [f"{self.name}: {answer}"]
        told = answer.json()
        self.proofs += 1
        ours = self.copy.of(audience)
        if ours == (told["size"], told["checksum"]):
            return []
        return [f"{self.name}: {audience} at {self.copy.cursor}: has {ours}, the server {told}"]


class Poller(Consumer):
    def work(self, port):
        client = Http(port)
        try:
            while not (self.ending.is_set() or self.doomed.is_set()):
                answer = client.get(f"/v1/changes?after={self.copy.cursor}"
                                    f"&limit={self.dice.randrange(1, 400)}&wait=1")
                if answer.status in (429, 503):
                    raise OSError("the server is stopping")
                if answer.status != 200:
                    raise AssertionError(str(answer))
                page = answer.json()
                self.took(page["changes"], page["cursor"])
                self.maybe_prove(port)
        finally:
            client.close()


class Streamer(Consumer):
    def work(self, port):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(0.2)  # to look whether it must die
            connection.sendall((f"GET /v1/changes/stream HTTP/1.1\r\nHost: t\r\n"
                                f"Last-Event-ID: {self.copy.cursor}\r\n\r\n").encode())
            received = b""
            while not (self.ending.is_set() or self.doomed.is_set()):
                try:
                    more = connection.recv(65536)
                except TimeoutError:
                    continue
                if not more:
                    raise OSError("the stream ended")
                *blocks, received = (received + more).split(b"\n\n")
                for block in blocks:
                    self.take(block.decode())
                self.maybe_prove(port)

    def take(self, block):
        fields = dict(line.split(": ", 1) for line in block.split("\n")
                      if ": " in line and not line.startswith("HTTP/"))
        if "event" in fields:
            raise AssertionError(block)
        data = json.loads(fields["data"]) if "data" in fields else {"changes": []}
        if "id" in fields:
            self.took(data["changes"], fields["id"])


class Receiver(Consumer):
    """A webhook's receiver: checks signatures, drops what it has, sometimes fails."""

    def __init__(self, name, place, audiences, seed):
        super().__init__(name, place, audiences, seed)
        self.key = self.dice.randbytes(32)
        self.repeats = 0
        self.failures = 0
        self.resyncs = 0
        self.is_calm = False
        self.ids = {}  # message → its body
        self.lock = threading.Lock()
        self.listen(0)

    def listen(self, port):
        consumer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                consumer.handle(self)

            def log_message(self, *_):
                pass

        self.http = http.server.HTTPServer(("127.0.0.1", port), Handler)
        self.port = self.http.server_address[1]
        self.http.timeout = 0.05

    def secret(self):
        return "whsec_" + base64.b64encode(self.key).decode()

    def work(self, _):
        self.http.handle_request()
        if self.doomed.is_set() and not self.is_calm:  # away for a while
            self.http.server_close()
            time.sleep(self.dice.uniform(0, 0.3))
            self.listen(self.port)

    def handle(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        failing = not self.is_calm and self.dice.random() < 0.3
        if failing and self.dice.random() < 0.5:
            self.failures += 1
            return request.close_connection  # not even an answer
        status = 204
        try:
            self.take(request.headers, body)
        except LOST:
            status = 503  # the server whose members it needs is away
        except AssertionError as problem:
            self.faults.append(f"{self.name}: {problem}")
        if failing:  # it has the message, and the sender does not know
            self.failures += 1
            status = 500
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def take(self, headers, body):
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        code = base64.b64encode(hmac.new(self.key, text, hashlib.sha256).digest()).decode()
        if headers["webhook-signature"] != f"v1,{code}":
            raise AssertionError("a wrong signature")
        if self.ids.setdefault(headers["webhook-id"], body) != body:
            raise AssertionError("one id, two bodies")
        message = json.loads(body)
        work = copy.deepcopy(self.copy)
        if message["type"] == "audience.resync":
            self.resync(work, message["data"])
        else:
            self.changes(work, message["data"])
        work.cursor = message["data"]["cursor"]
        self.copy = self.saved = work  # before it answers

    def changes(self, work, data):
        for change in data["changes"]:
            partition, seq = change["partition"], change["seq"]
            if seq <= work.seen.get(partition, 0):
                self.repeats += 1
                continue
            work.seen[partition] = seq
            inside = work.members.setdefault(change["audience"], set())
            # After a resync a change may be one that the members had already.
            if change["change"] == "entered":
                inside.add(change["visitor"])
            elif change["change"] == "left":
                inside.discard(change["visitor"])

    def resync(self, work, data):
        self.resyncs += 1
        work.seen = {}
        for audience in data["audiences"]:
            names, cursor = [], ""
            client = Http(self.place.port)
            while cursor is not None:
                answer = client.get(f"{audience['members']}?limit=10000{cursor}")
                if answer.status != 200:
                    raise OSError(str(answer))
                page = answer.json()
                names += [member["visitor"] for member in page["members"]]
                cursor = "&cursor=" + page["cursor"] if "cursor" in page else None
            work.replace(audience["audience"], names)
            client.close()

    def prove(self, client, audience):
        self.copy.replace(audience, self.copy.members.get(audience, set()))
        return super().prove(client, audience)
