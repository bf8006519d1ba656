"""Redis doing the job of stream.py by plain commands, pipelined. What a client would decide from the
answers is worked out beforehand, so that its thinking and its round trips cost nothing: no client can
be faster. The commands are those it would send, reads included."""
import socket

import redis_peer
import stream
from pinned import Window

HOUR, MINUTE = stream.HOUR, stream.MINUTE
NAMES = list(stream.AUDIENCES)
CHUNK_EVENTS = redis_peer.CALL_EVENTS * redis_peer.CHUNK_CALLS


class Visitor:
    def __init__(self):
        self.newest = {}  # type: time
        self.views = []
        self.all = []
        self.audiences = 0
        self.due = None


class Client:
    """What to send for each event."""

    def __init__(self):
        self.seen = set()
        self.visitors = {}
        self.out = bytearray()

    def send(self, *words):
        self.out += redis_peer.command(*words)

    def event(self, event):
        v, at = event.visitor, event.at
        self.send("SET", f"d:{v}:{event.id}", "", "NX", "EX", 86_400)
        if (v, event.id) in self.seen:
            return
        self.seen.add((v, event.id))
        known = self.visitors.setdefault(v, Visitor())
        known.newest["any"] = at
        known.newest[event.type] = at
        known.all.append(at)
        self.send("HSET", f"r:{v}", "any", at, event.type, at)
        self.send("ZADD", f"e:{v}", at, event.id)
        self.send("ZREMRANGEBYSCORE", f"e:{v}", "-inf", at - 3 * HOUR)
        if event.type == stream.VIEW:
            known.views.append(at)
            self.send("ZADD", f"w:{v}", at, event.id)
            self.send("ZREMRANGEBYSCORE", f"w:{v}", "-inf", at - HOUR)
        self.judge(v, known, at)

    def judge(self, v, known, now):
        self.send("HMGET", f"r:{v}", "any", stream.CART, stream.BUY, "m")
        self.send("ZREVRANGE", f"w:{v}", 2, 2, "WITHSCORES")
        self.send("ZREVRANGE", f"e:{v}", 4, 4, "WITHSCORES")
        ends = []

        def holds(at, window):
            if at is None or at <= now - window:
                return False
            ends.append(at + window)
            return True
        looking = holds(known.views[-3] if len(known.views) >= 3 else None, HOUR)
        bought = holds(known.newest.get(stream.BUY), 30 * MINUTE)
        cart = holds(known.newest.get(stream.CART), 30 * MINUTE) and not bought
        active = holds(known.all[-5] if len(known.all) >= 5 else None, 3 * HOUR)
        here = holds(known.newest["any"], 10 * MINUTE)
        audiences = looking + 2 * cart + 4 * active + 8 * here
        for bit, name in enumerate(NAMES):
            if (audiences ^ known.audiences) >> bit & 1:
                self.send("SADD" if audiences >> bit & 1 else "SREM", name, v)
        if audiences != known.audiences:
            self.send("HSET", f"r:{v}", "m", audiences)
        known.audiences = audiences
        due = min(ends, default=None)
        if due != known.due:
            self.send(*(["ZREM", "due", v] if due is None else ["ZADD", "due", due, v]))
        known.due = due

    def sweep(self, now):
        self.send("ZRANGEBYSCORE", "due", "-inf", now)
        for v, known in self.visitors.items():
            if known.due is not None and known.due <= now:
                self.judge(v, known, now)

    def taken(self, mark):
        """What was sent since the last time, with an answer at its end that is known by `mark`."""
        self.send("ECHO", mark)
        out, self.out = bytes(self.out), bytearray()
        return out


class RedisCommands(redis_peer.Redis):
    name = "redis_commands"

    @staticmethod
    def prepare(events):
        client = Client()
        requests = []
        for number, chunk in enumerate(stream.chunks(events, CHUNK_EVENTS)):
            for event in chunk:
                client.event(event)
            client.sweep(max(event.at for event in chunk))
            requests.append(client.taken(f"chunk-{number}-taken"))
        client.sweep(stream.end_of(events))
        return requests, client.taken("all-taken"), len(events)

    def run(self, prepared):
        requests, self.last, events = prepared
        marks = iter([f"chunk-{number}-taken\r\n".encode() for number in range(len(requests))])
        with self.connect() as connection:
            seconds, answers = Window(connection, redis_peer.IN_FLIGHT).run(
                requests, lambda window: window.until(next(marks)))
        if any(b"\r\n-" in answer for answer in answers):
            raise RuntimeError("Redis refused a command")
        kept = self.cli("eval", "return #redis.call('keys', 'd:*')", "0")[0]
        return seconds, events - int(kept)

    def finish(self, now):
        with self.connect() as connection:
            Window(connection, 1).run([self.last], lambda window: window.until(b"all-taken\r\n"))

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
