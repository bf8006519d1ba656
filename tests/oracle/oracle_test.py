#!/usr/bin/env python3
"""The second opinion: real rows go through the server's HTTP on the `events` clock and, raw, into
SQLite; at 50 instants of each data set the members of every audience must be the same people.

    oracle_test.py [--instants N] [--only SET,SET…] [--share N] [BINARY]

At every instant three answers must agree: SQL on the raw rows, the members the server lists (and
the size it states), and its change feed replayed from the beginning up to there. Where audiences
ask for ranks or lifetime values the server is asked to bring those up to date first, for on an
import it is behind on its way; lifetime values are compared where the data pause (facts.Rests).

uci and rees46 are tried with audiences of their own (uci.py, rees46.py), the sets named ready_… with
those of configs/audiences/ (ready.py): the very files, so one without SQL is a fault, and so is one
that nobody was ever in. --share N takes one in N people of the ready sets.
"""
import argparse
import dataclasses
import datetime
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import facts  # noqa: E402
import ready_sets  # noqa: E402
import rees46  # noqa: E402
import uci  # noqa: E402
from server import ROOT, Server, default_binary  # noqa: E402

SHIPPED = ROOT / "data" / "uci_online_retail.csv.zst"
SHARED = pathlib.Path(os.environ.get("REKINDLE_DATA", ROOT.parent / "shared" / "data"))
SETS = {
    "uci": (lambda path, share: uci.load(path), SHIPPED),
    "rees46": (lambda path, share: rees46.load(path), SHARED / "rees46_oct2019.tar.zst"),
    "ready_uci": (ready_sets.Uci.load, SHIPPED),
    "ready_completejourney": (ready_sets.CompleteJourney.load, SHARED / "completejourney.tar.zst"),
    "ready_rees46": (ready_sets.Rees46.load, SHARED / "rees46_oct2019.tar.zst"),
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
        self.model_compared = 0
        self.memberships = 0
        self.inhabited = set()
        last = max(delivery.arrival for delivery in data_set.deliveries)
        self.rests = [*data_set.rests, (last, float("inf"))]
        self.check_names()

    def check_names(self):
        """Every audience that runs has its SQL, and the other way round."""
        running = {audience["name"]: audience["when"]
                   for audience in self.server.http.get("/v1/audiences").json()["audiences"]}
        for name in running.keys() ^ self.by_feed.keys():
            self.faults.append(f"{name} is {'not in SQL' if name in running else 'only in SQL'}")
        self.data_set.audiences = [dataclasses.replace(audience, when=running[audience.name])
                                   for audience in self.data_set.audiences
                                   if audience.name in running]
        self.by_feed = {name: set() for name in running}

    def send_until(self, instant):
        """Where entries are dated (the ready sets), the server's clock is brought to each late
        arrival, so that it enters people then."""
        deliveries = self.data_set.deliveries
        begin = end = self.sent
        while end < len(deliveries) and deliveries[end].arrival <= instant:
            if self.data_set.files and deliveries[end].is_late:
                self.send(deliveries[begin:end])
                self.server.tick(deliveries[end].arrival)
                begin = end
            end += 1
        self.send(deliveries[begin:end])
        self.sent = end
        expected = sum(delivery.is_repeat for delivery in deliveries[:end])
        if self.repeats != expected:
            self.faults.append(f"until {iso(instant)} {expected} events were sent again, "
                               f"the server saw {self.repeats} duplicates")
            self.repeats = expected

    def send(self, portion):
        for lines in bodies(portion):
            answer = self.server.http.post("/v1/events", "\n".join(lines), "application/x-ndjson")
            verdict = answer.json() if answer.status == 200 else {}
            if verdict.get("rejected") != []:
                raise RuntimeError(f"events were refused: {answer}")
            self.repeats += verdict["duplicates"]

    def follow_feed(self):
        changes, self.cursor = self.server.changes(self.cursor)
        for change in changes:
            if change["reason"] == "consent":  # a member stays one
                continue
            inside = self.by_feed[change["audience"]]
            entered = change["change"] == "entered"
            if (change["visitor"] in inside) == entered:
                self.faults.append(f"the feed repeats itself: {change}")
            (inside.add if entered else inside.discard)(change["visitor"])

    def is_model_seen(self, instant):
        return any(begin + facts.Rests.LOOK <= instant < end for begin, end in self.rests)

    def bring_to(self, instant):
        """Server and tables."""
        self.send_until(instant)
        self.server.tick(instant, settle=bool(self.data_set.files))
        self.follow_feed()
        if self.data_set.prepare:
            self.data_set.prepare(instant, self.server.model())

    def compare(self, instant, only_model=False):
        self.bring_to(instant)
        for audience in self.data_set.audiences:
            if audience.of_model and not self.is_model_seen(instant):
                continue
            if only_model and not audience.of_model:
                continue
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
            self.model_compared += audience.of_model
            self.memberships += len(expected)
            if expected:
                self.inhabited.add(audience.name)

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


def run(name, binary, count, share):
    """(faults, the audiences somebody was in, those that nobody was in); None when skipped."""
    load, path = SETS[name]
    if not path.exists():
        print(f"   {name}: skipped: data absent ({path.name})")
        return None
    began = time.monotonic()
    data_set = load(path, share)
    audiences = {audience.name: audience.when for audience in data_set.audiences}
    stops = {instant: False for instant in facts.resting_instants(data_set, count, seed=8)
             } if data_set.files else {}
    last = max(delivery.arrival for delivery in data_set.deliveries)
    stops.update((begin, False) for begin in [*(begin for begin, _ in data_set.rests), last])
    stops.update((instant, True) for instant in facts.instants(data_set, count, seed=7))
    with Server(binary, audiences, currency=data_set.currency) as server:
        if data_set.files:
            server.config["audiences"] = [str(file) for file in data_set.files]
        server.start()
        replay = Replay(data_set, server)
        for instant in sorted(stops):
            replay.compare(instant, only_model=not stops[instant])
            if len(replay.faults) > 100:
                break
        code = server.stop()
        if code != 0:
            replay.faults.append(f"the server ended with {code}")
    events = sum(not delivery.is_repeat for delivery in data_set.deliveries)
    print(f"   {name}: {replay.sent} deliveries ({events} events, {replay.repeats} sent "
          f"again), {count} instants x {len(audiences)} audiences, {replay.compared} sets "
          f"({replay.model_compared} by lifetime value) with {replay.memberships} memberships "
          f"compared in {time.monotonic() - began:.1f} s: "
          f"{'equal' if not replay.faults else 'DIFFERENT'}")
    return replay.faults, replay.inhabited, audiences.keys() - replay.inhabited


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--instants", type=int, default=50)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--share", type=int, default=1)
    arguments = parser.parse_args()
    faults, inhabited, empty = [], set(), set()
    for name in arguments.only.split(","):
        outcome = run(name, arguments.binary, arguments.instants, arguments.share)
        if outcome is None:
            continue
        faults += outcome[0]
        inhabited |= outcome[1]
        empty |= outcome[2]
    if "ready_uci" in arguments.only:  # the other sets cannot fill all of them
        faults += [f"nobody was ever in {name}" for name in sorted(empty - inhabited)]
    print("\n".join(faults[:200]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
