#!/usr/bin/env python3
"""A midnight herd: many visitors are to leave an audience in one and the same second, while others
go on sending. Every one of them must leave once, with the exact instant it is due at, and live
events must be acknowledged in between.

    herd_test.py [--visitors N] [--measure] [BINARY]

The herd is gathered on the `events` clock, which stands still meanwhile, so that nobody leaves before
all are there; then the server goes over to the machine's clock. --measure (`./dev herd`) lets
`rekindle load` send beside it and prints latencies before and during the herd, and how late the exits
were told to a follower of the feed.
"""
import argparse
import array
import multiprocessing
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]

from server import Server, default_binary  # noqa: E402
from websocket import PING, PONG, TEXT, WebSocket  # noqa: E402

WINDOW = 4_500_000  # ms: how long somebody is in the audience; deadlines so far ahead are stored
AUDIENCES = {"gathered": "did(sign_up, 75m)", "seen_live": "did(login, 30d)"}
BEFORE = 30_000  # ms before the herd that count as usual; before that, gathering is still felt
BODY_EVENTS = 10_000
CHANGE = re.compile(rb'"visitor":"h(\d+)"[^{}]*?"change":"(\w+)","reason":"(\w+)"'
                    rb'[^{}]*?"at":"([^"]*)"')


def now_ms():
    return time.time_ns() // 1_000_000


def iso(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"


def due(second, number):
    """When visitor `number` leaves: all within one second."""
    return second + number % 1000


def gather(server, second, visitors):
    for begin in range(0, visitors, BODY_EVENTS):
        lines = [f'{{"event_id":"{n}","visitor":"h{n}","type":"sign_up",'
                 f'"at":{due(second, n) - WINDOW}}}'
                 for n in range(begin, min(begin + BODY_EVENTS, visitors))]
        answer = server.http.post("/v1/events", "\n".join(lines), "application/x-ndjson")
        if answer.status != 200 or answer.json()["accepted"] != len(lines):
            raise RuntimeError(f"the herd was not taken: {answer}")


def follow(port, cursor, second, visitors, outcome):
    """Reads the feed until everybody has left, and looks at it afterwards: a consumer is elsewhere,
    what it makes of the feed must not be taken from the server's time. In a process of its own."""
    told = []  # (ms, payload)
    left = 0
    faults = []
    with WebSocket(port) as socket:
        socket.send_json({"subscribe": {"audiences": ["gathered"], "after": cursor}})
        outcome.send("following")
        while left < visitors:
            opcode, payload = socket.receive_frame()
            if opcode == PING:
                socket.send(payload, PONG)
                continue
            if opcode != TEXT:
                faults.append(f"the feed ended with {opcode} {payload[:100]!r}")
                break
            told.append((now_ms(), payload))
            left += payload.count(b'"change":"')
    outcome.send("told")
    outcome.send(check(told, second, visitors, faults))


def check(told, second, visitors, faults):
    """Gives (faults, lateness in ms ascending, when the first and the last were told)."""
    expected = [iso(due(second, n)).encode() for n in range(1000)]
    left = bytearray(visitors)
    lateness = array.array("q")
    for now, payload in told:
        for number, change, reason, at in CHANGE.findall(payload):
            n = int(number)
            if (change, reason, at) != (b"left", b"deadline", expected[n % 1000]) or left[n]:
                faults.append(f"h{n} is due at {expected[n % 1000]}: {change} {reason} {at}"
                              f"{', again' if left[n] else ''}")
            left[n] = 1
            lateness.append(now - due(second, n))
    return faults[:40], sorted(lateness), told[0][0] if told else None, told[-1][0] if told else None


def send_live(port, until_told, faults):
    """Logs new visitors in, five milliseconds apart, one frame each. Gives (ms due, ms until the
    acknowledgement) of each; with an answer late, so is what follows, and its waiting counts."""
    answers = []
    with WebSocket(port) as socket:
        begin = time.monotonic()
        offset = time.time() - begin
        while not until_told.poll():
            due_at = begin + len(answers) * 0.005
            time.sleep(max(0, due_at - time.monotonic()))
            name = f"live{len(answers)}"
            socket.send_json({"event_id": name, "visitor": name, "type": "login"})
            verdict = socket.receive()
            if verdict.get("accepted") != 1:
                faults.append(f"a live event was not taken: {verdict}")
            answers.append(((due_at + offset) * 1000, (time.monotonic() - due_at) * 1000))
    return answers


class Herd:
    def __init__(self, binary, visitors, measure):
        self.binary = binary
        self.visitors = visitors
        self.measure = measure
        self.faults = []

    def run(self, margin):
        """False: gathering took longer than `margin` seconds."""
        self.faults = []
        with Server(self.binary, AUDIENCES) as server:
            server.config["server"]["default_site"] = "shop"
            server.start()
            second = (now_ms() // 1000 + margin) * 1000
            gather(server, second, self.visitors)
            if now_ms() > second - (BEFORE + 5_000 if self.measure else 1_000):
                return False
            self.check_size(server, self.visitors)
            _, cursor = server.changes("now")
            self.meet(server, cursor, second)
            self.check_size(server, 0)
            if server.stop() != 0:
                self.faults.append("the server did not stop well")
        return True

    def check_size(self, server, expected):
        size = server.http.get("/v1/audiences/gathered").json()["size"]
        if size != expected:
            self.faults.append(f"{size} visitors are gathered, not {expected}")

    def meet(self, server, cursor, second):
        told, outcome = multiprocessing.Pipe(duplex=False)
        follower = multiprocessing.Process(
            target=follow, args=(server.port, cursor, second, self.visitors, outcome))
        follower.start()
        told.recv()
        answer = server.http.post("/v1/clock", {"mode": "wall"})
        if answer.status != 200:
            raise RuntimeError(f"the clock: {answer}")
        traffic = self.start_traffic(server)
        answers = send_live(server.port, told, self.faults)
        told.recv()
        faults, lateness, first, last = told.recv()
        follower.join()
        if traffic is not None:
            traffic.terminate()
            traffic.wait()
        self.faults += faults
        if len(lateness) != self.visitors:
            self.faults.append(f"{len(lateness)} of {self.visitors} exits were told")
            return
        between = [took for at, took in answers if first <= at + took <= last]
        if not between:
            self.faults.append("no live event was acknowledged during the herd")
        print(f"   herd: {self.visitors} exits within {(last - second) / 1000:.2f} s after they "
              f"began to be due, {len(between)} live events acknowledged in between")
        self.print_table([took for at, took in answers if second - BEFORE <= at < second - 1_000],
                         [took for at, took in answers if second <= at <= last], lateness)

    def start_traffic(self, server):
        if not self.measure:
            return None
        return subprocess.Popen(
            [self.binary, "load", "--to", f"http://127.0.0.1:{server.port}", "--mode", "ws",
             "--rate", str(self.measure), "--visitors", "100000", "--duration", "1h"],
            stdout=subprocess.DEVNULL)

    def print_table(self, before, during, lateness):
        if not self.measure:
            return
        print(f"\nbeside {self.measure:,} events/s\n{'':<34}{'p50':>10}{'p99':>10}{'samples':>10}")
        for name, values, unit in (("live acknowledgement, before", before, "ms"),
                                   ("live acknowledgement, during", during, "ms"),
                                   ("exit told after it was due", lateness, "ms")):
            marks = statistics.quantiles(values, n=100)
            print(f"{name:<34}{marks[49]:>10.2f}{marks[98]:>10.2f}{len(values):>10,}  {unit}")
        ratio = statistics.quantiles(during, n=100)[98] / statistics.quantiles(before, n=100)[98]
        print(f"{'during / before, p99':<44}{ratio:>10.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--visitors", type=int, default=20_000)
    parser.add_argument("--measure", type=int, metavar="EVENTS/S", default=0,
                        help="beside so many events a second")
    arguments = parser.parse_args()
    herd = Herd(arguments.binary, arguments.visitors, arguments.measure)
    margin = 4 + arguments.visitors // 20_000 + (15 if arguments.measure else 0)
    while not herd.run(margin):
        margin *= 2
    print("\n".join(herd.faults[:40]))
    return 1 if herd.faults else 0


if __name__ == "__main__":
    sys.exit(main())
