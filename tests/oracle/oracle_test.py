#!/usr/bin/env python3
"""The second opinion: real rows go through the server's HTTP on the `events` clock and, raw, into
SQLite; at 50 instants of each data set the members of every audience must be the same people.

    oracle_test.py [--instants N] [--only uci|rees46] [BINARY]

At every instant three answers must agree: SQL on the raw rows, the members the server lists (and
the size it states), and its change feed replayed from the beginning up to there.
"""
import argparse
import datetime
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import facts  # noqa: E402
import rees46  # noqa: E402
import uci  # noqa: E402
from server import ROOT, Server, default_binary  # noqa: E402

SETS = {
    "uci": (uci, [ROOT / "data" / "uci_online_retail.csv.zst"]),
    "rees46": (rees46, [ROOT.parent / "shared" / "data" / "rees46_oct2019.tar.zst"]),
}
BODY_BYTES = 4_000_000
BODY_EVENTS = 5_000


def iso(ms):
    time_ms = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)
    return time_ms.isoformat(timespec="milliseconds")


def bodies(deliveries):
    lines, size = [], 0
    for delivery in deliveries:
        if lines and (size + len(delivery.line) > BODY_BYTES or len(lines) == BODY_EVENTS):
            yield lines
            lines, size = [], 0
        lines.append(delivery.line)
        size += len(delivery.line)
    if lines:
        yield lines


class Replay:
    """A data set on its way through a server, compared with SQL at each stop."""

    def __init__(self, data_set, server):
        self.data_set = data_set
        self.server = server
        self.sent = 0
        self.repeats = 0
        self.faults = []
        self.cursor = "0"
        self.by_feed = {audience.name: set() for audience in data_set.audiences}
        self.compared = 0
        self.memberships = 0

    def send_until(self, instant):
        end = self.sent
        while (end < len(self.data_set.deliveries)
               and self.data_set.deliveries[end].arrival <= instant):
            end += 1
        portion = self.data_set.deliveries[self.sent:end]
        self.sent = end
        for lines in bodies(portion):
            answer = self.server.http.post("/v1/events", "\n".join(lines), "application/x-ndjson")
            verdict = answer.json() if answer.status == 200 else {}
            if verdict.get("rejected") != []:
                raise RuntimeError(f"events were refused: {answer}")
            self.repeats += verdict["duplicates"]
        expected = sum(delivery.is_repeat for delivery in self.data_set.deliveries[:end])
        if self.repeats != expected:
            self.faults.append(f"until {iso(instant)} {expected} events were sent again, "
                               f"the server saw {self.repeats} duplicates")
            self.repeats = expected

    def follow_feed(self):
        changes, self.cursor = self.server.changes(self.cursor)
        for change in changes:
            inside = self.by_feed[change["audience"]]
            entered = change["change"] == "entered"
            if (change["visitor"] in inside) == entered:
                self.faults.append(f"the feed repeats itself: {change}")
            (inside.add if entered else inside.discard)(change["visitor"])

    def compare(self, instant):
        self.server.tick(instant)
        self.follow_feed()
        for audience in self.data_set.audiences:
            rows = self.data_set.database.execute(audience.sql, {"t": instant})
            expected = {who for who, in rows}
            size, names = self.server.members(audience.name)
            members = set(names)
            if not size == len(names) == len(members):
                self.faults.append(f"{audience.name} at {iso(instant)}: size {size}, "
                                   f"{len(names)} listed, {len(members)} different")
            self.report(audience, instant, "the server's members", members, expected)
            self.report(audience, instant, "its change feed", self.by_feed[audience.name],
                        expected)
            self.compared += 1
            self.memberships += len(expected)

    def report(self, audience, instant, source, found, expected):
        if found == expected:
            return
        self.faults.append(f"{audience.name} at {iso(instant)} ({instant}): {source}: not what "
                           f"SQL says ({len(found)} / {len(expected)})\n    {audience.when}")
        for title, people in (("SQL says out", found - expected), ("SQL says in",
                                                                   expected - found)):
            for who in sorted(people)[:3]:
                self.faults.append(f"    {title}: {who}; its newest facts:")
                self.faults += [f"      {row}" for row in self.newest_facts(who, instant)]

    def newest_facts(self, who, instant):
        cursor = self.data_set.database.execute(
            "SELECT * FROM event WHERE who = ? AND arrival <= ? ORDER BY at DESC LIMIT 8",
            (who, instant))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            fact = dict(zip(names, row))
            fact["age_ms"] = instant - fact["at"]
            yield {name: value for name, value in fact.items() if name != "who"}


def run(name, binary, count):
    module, places = SETS[name]
    path = next((place for place in places if place.exists()), None)
    if path is None:
        print(f"   {name}: skipped: data absent")
        return []
    began = time.monotonic()
    data_set = module.load(path)
    audiences = {audience.name: audience.when for audience in data_set.audiences}
    stops = facts.instants(data_set, count, seed=7)
    with Server(binary, audiences, currency=data_set.currency) as server:
        server.start()
        replay = Replay(data_set, server)
        for instant in stops:
            replay.send_until(instant)
            replay.compare(instant)
            if len(replay.faults) > 100:
                break
        code = server.stop()
        if code != 0:
            replay.faults.append(f"the server ended with {code}")
    late = sum(not delivery.is_repeat for delivery in data_set.deliveries)
    print(f"   {data_set.name}: {replay.sent} deliveries ({late} events, {replay.repeats} sent "
          f"again), {len(stops)} instants x {len(audiences)} audiences, {replay.compared} sets "
          f"with {replay.memberships} memberships compared in {time.monotonic() - began:.1f} s: "
          f"{'equal' if not replay.faults else 'DIFFERENT'}")
    return replay.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--instants", type=int, default=50)
    parser.add_argument("--only", choices=SETS)
    arguments = parser.parse_args()
    faults = []
    for name in [arguments.only] if arguments.only else SETS:
        faults += run(name, arguments.binary, arguments.instants)
    print("\n".join(faults[:200]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
