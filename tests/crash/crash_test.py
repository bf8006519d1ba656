#!/usr/bin/env python3
"""kill -9, again and again: one store lives through all of it, and in the end it must be what it
would have been without.

    crash_test.py [--runs N] [--seed N] [BINARY]

A run starts the server on the same store (on one shard or two), lets clients send, and kills it at
a random moment: under load, while it recovers, or while it stops. Checkpoints are tiny and
constant, memory is too small for all visitors, so every moment is also a moment of those.

First part, one ordered client over POST or WebSocket. In the end:
  - every visitor is, field by field, what it is on a server that was never killed and was sent the
    same frames in the same order; no acknowledged event is missing, none is counted twice;
  - the change feed has no gap and no repeat in (partition, seq), tells the same of each visitor in
    the same order, and, replayed, leaves the members the server lists.
Second part, four clients at once over POST: the counts of every visitor are exact, and the feed is
whole and leaves the members the server lists.
"""
import argparse
import pathlib
import random
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from sender import LOST, Sender  # noqa: E402
from server import Server, default_binary  # noqa: E402
from shop import AUDIENCES, HOUR, count_by_visitor, time_of  # noqa: E402

ENGINE = {"clock": "events", "checkpoint_visitors": 40, "checkpoint_events": 150, "cache": "1MiB"}
CLIENTS = 4
FRAMES_MIN = 400  # of more visitors than that cache holds, however little was sent between kills


def new_server(binary):
    return Server(binary, AUDIENCES, engine=ENGINE)


def kill_after(process, seconds):
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()


class Killer:
    """Starts a server, kills it at a random moment, and says which kind of moment it was."""

    KINDS = ["load"] * 6 + ["recovery"] * 2 + ["stop"] * 2

    def __init__(self, server, dice):
        self.server = server
        self.dice = dice
        self.kills = {"load": 0, "recovery": 0, "stop": 0}
        self.ends = 0                # graceful stops that were faster than the kill
        self.ready_seconds = 0.01  # as last measured

    def run(self, runs, send):
        """`send(port)` is called each time and returns when the server is gone."""
        while sum(self.kills.values()) < runs:
            self._run_once(send)

    def _run_once(self, send):
        kind = self.dice.choice(self.KINDS)
        self.server.config["engine"]["shards"] = self.dice.choice((1, 2))
        began = time.monotonic()
        self.server.spawn()
        process = self.server.process
        if kind == "recovery":
            kill_after(process, self.dice.uniform(0, self.ready_seconds))
        else:
            self.server.wait_ready()
            self.ready_seconds = time.monotonic() - began
            delay = self.dice.uniform(0.005, 0.35)
            if kind == "load":
                kill_after(process, delay)
            else:
                threading.Timer(delay, self._stop_then_kill, [process]).start()
            send(self.server.port)
        code = process.wait()
        self.server.kill()
        if code == -signal.SIGKILL:
            self.kills[kind] += 1
        elif code == 0 and kind == "stop":
            self.ends += 1
        else:
            raise RuntimeError(f"the server ended by itself with {code}")

    def _stop_then_kill(self, process):
        process.send_signal(signal.SIGTERM)
        time.sleep(self.dice.uniform(0, 0.04))
        process.kill()


def compare_counts(server, frames):
    """Faults, where a visitor's counts are not those of the frames."""
    faults = []
    events, orders = count_by_visitor(frames)
    for who in sorted(events):
        answer = server.http.get(f"/v1/visitors/{who}")
        if answer.status != 200:
            faults.append(f"{who}: {answer}, but it sent {events[who]} events")
            continue
        lifetime = answer.json()["lifetime"]
        if (lifetime["events"], lifetime["orders"]) != (events[who], orders[who]):
            faults.append(f"{who}: sent {events[who]} events, {orders[who]} orders; "
                          f"counted {lifetime['events']} and {lifetime['orders']}")
    return faults, sum(events.values()), len(events)


def read_feed(server):
    """(changes by visitor in the feed's order, faults of (partition, seq), how many)."""
    changes, _ = server.changes("0")
    by_visitor, faults, last = {}, [], {}
    for change in changes:
        partition, seq = change["partition"], change.pop("seq")
        if seq != last.get(partition, 0) + 1:
            faults.append(f"feed: partition {partition}: {seq} follows {last.get(partition, 0)}")
        last[partition] = seq
        by_visitor.setdefault(change["visitor"], []).append(change)
    return by_visitor, faults, len(changes)


def compare_members(server, feed):
    """The feed replayed from its beginning must end in what the server lists."""
    replayed = {audience: set() for audience in AUDIENCES}
    for who, changes in feed.items():
        for change in changes:
            inside = replayed[change["audience"]]
            if change["change"] == "entered":
                inside.add(who)
            elif change["change"] == "left":
                inside.discard(who)
    for audience, expected in replayed.items():
        size, names = server.members(audience)
        if not (size == len(names) and set(names) == expected):
            yield (f"{audience}: {size} members, {len(names)} listed, the feed leaves "
                   f"{len(expected)}, e.g. {sorted(set(names) ^ expected)[:3]}")


def compare_feeds(killed, unkilled):
    for who in sorted(killed.keys() | unkilled.keys()):
        ours, theirs = killed.get(who, []), unkilled.get(who, [])
        if ours != theirs:
            place = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]),
                         min(len(ours), len(theirs)))
            yield (f"feed of {who} differs at its change {place} of {len(ours)} / {len(theirs)}:\n"
                   f"    killed   {ours[place:place + 2]}\n    unkilled {theirs[place:place + 2]}")


def compare_visitors(killed, unkilled, names):
    for who in names:
        ours, theirs = (server.http.get(f"/v1/visitors/{who}").json()
                        for server in (killed, unkilled))
        if ours != theirs:
            yield f"{who} differs:\n    killed   {ours}\n    unkilled {theirs}"


def idle_parts(server):
    """A kill proves nothing about what never happens: both must have been going on."""
    metrics = server.metrics()
    for name in ("rekindle_checkpoints_total", "rekindle_cold_reads_total"):
        if sum(value for series, value in metrics.items() if series.startswith(name)) == 0:
            yield f"{name} is 0: the test did not test it"


def ordered_part(binary, runs, dice):
    sender = Sender("ordered", dice, ticks=True)
    with new_server(binary) as killed, new_server(binary) as unkilled:
        killer = Killer(killed, dice)

        def send(port):
            try:
                sender.run(port, is_over=lambda: False)
            except LOST:
                pass

        killer.run(runs, send)
        killed.start()
        sender.post(killed.port, is_over=lambda: sender.next_frame >= FRAMES_MIN)
        unkilled.start()
        reference = Sender("ordered", random.Random(0), ticks=True)
        reference.post(unkilled.port, is_over=lambda: reference.next_frame == sender.next_frame)
        for server in (killed, unkilled):
            server.tick(time_of(sender.next_frame) + 3 * HOUR)
        faults, events, visitors = compare_counts(killed, sender.frames())
        ours, gaps, changes = read_feed(killed)
        theirs, more_gaps, _ = read_feed(unkilled)
        faults += gaps + more_gaps + list(compare_feeds(ours, theirs))
        faults += compare_members(killed, ours)
        names = sorted(count_by_visitor(sender.frames())[0])
        faults += list(compare_visitors(killed, unkilled, names))
        faults += list(idle_parts(unkilled))
        if killed.stop() != 0:
            faults.append("the last graceful stop failed")
    print(f"   ordered: {runs} kills {killer.kills} and {killer.ends} graceful ends, "
          f"{sender.next_frame} frames, {events} events of {visitors} visitors; "
          f"{sender.sent_again} frames sent again, {sender.known_already} of their events were "
          f"committed already; {changes} changes; {len(faults)} faults")
    return faults


def parallel_part(binary, runs, dice):
    senders = [Sender(f"client{number}", random.Random(dice.random()))
               for number in range(CLIENTS)]
    problems = []

    def send_one(sender, port):
        try:
            sender.post(port, is_over=lambda: False)
        except LOST:
            pass
        except Exception as problem:  # a thread's failure must reach the verdict
            problems.append(f"{sender.stream}: {problem!r}")

    def send(port):
        threads = [threading.Thread(target=send_one, args=(sender, port)) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with new_server(binary) as server:
        killer = Killer(server, dice)
        killer.run(runs, send)
        server.start()
        for sender in senders:
            sender.post(server.port, is_over=lambda: True)
        server.wait_on_time()
        frames = [frame for sender in senders for frame in sender.frames()]
        faults, events, visitors = compare_counts(server, frames)
        feed, gaps, changes = read_feed(server)
        faults += gaps + problems + list(compare_members(server, feed))
    print(f"   parallel: {runs} kills {killer.kills} and {killer.ends} graceful ends, "
          f"{len(frames)} frames, {events} events of {visitors} visitors; "
          f"{sum(sender.known_already for sender in senders)} events sent again were committed "
          f"already; {changes} changes; {len(faults)} faults")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    in_parallel = max(1, arguments.runs // 5)
    began = time.monotonic()
    faults = ordered_part(arguments.binary, arguments.runs - in_parallel, dice)
    faults += parallel_part(arguments.binary, in_parallel, dice)
    print(f"   {arguments.runs} kills in {time.monotonic() - began:.0f} s")
    print("\n".join(faults[:40]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
