#!/usr/bin/env python3
"""What `./dev peers` measures: the same work by others and by us, on the same cores, in the same run, in
turns. Prints ratios with their spread.

    ./dev peers [--json] [--quick] [NAME …]     NAME: state limits neighbours pixel wrk

    state       stream.py's job by Rekindle, by Redis (a server's function, and plain commands) and by
                PostgreSQL; what they hold afterwards is compared before their times are
    limits      our log, decoder and queue against RocksDB, simdjson and moodycamel alone
    neighbours  our session neighbours against a plain exact scan, and against Serenade's published time
    pixel       as `./dev bench pixel`: the whole pipeline against nginx that only logs
    wrk         the same by a loader that is not ours: keep-alive, pipelined, new connections

Only the standard library and the packages of packages.txt; nothing is left running.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from report import TARGETS, measure, say  # noqa: E402
from run import Bench  # noqa: E402
from servers import BUILD, PROGRAM  # noqa: E402
import stream  # noqa: E402
import wrk_pixel  # noqa: E402
from ours import Ours  # noqa: E402
from pinned import CLIENT_CORE  # noqa: E402
from postgres_peer import Postgres  # noqa: E402
from redis_commands import RedisCommands  # noqa: E402
from redis_peer import Redis  # noqa: E402

TARGETS.update({
    "state.vs_redis": (">= 8", "ratio"),
    "state.vs_postgres": (">= 50", "ratio"),
    "log.vs_rocksdb": (">= 0.7", "ratio"),
    "neighbours.p90_us": ("<= 66", "us"),
})


class Peers:
    def __init__(self, report, quick):
        self.report = report
        self.quick = quick
        self.runs = 3 if quick else 5

    def state(self):
        count, visitors = (20_000, 2_000) if self.quick else (400_000, 50_000)
        say(f"== {count:,} events of {visitors:,} visitors, each server on core 0, its client on "
                  "core 1, in turns")
        events = stream.make(count, visitors)
        wanted = stream.expected(events)
        os.sched_setaffinity(0, {CLIENT_CORE})
        makers = (lambda: Ours(PROGRAM), Redis, RedisCommands, Postgres)
        prepared = [kind.prepare(events) for kind in (Ours, Redis, RedisCommands, Postgres)]
        rates = {}
        for _ in range(self.runs):
            for make, requests in zip(makers, prepared):
                with make() as store:
                    rates.setdefault(store.name, []).append(
                        count / self.timed(store, requests, events, wanted))
        os.sched_setaffinity(0, range(os.cpu_count()))
        for name, each in rates.items():
            self.report.add(f"state.{name}_per_s", each, "1/s")
        ours = rates["rekindle"]
        fastest = [max(pair) for pair in zip(rates["redis"], rates["redis_commands"])]
        self.report.add("state.vs_redis", [a / b for a, b in zip(ours, fastest)],
                        note="the faster of its two ways")
        self.report.add("state.vs_postgres", [a / b for a, b in zip(ours, rates["postgres"])],
                        note="1,000 events a transaction")

    @staticmethod
    def timed(store, requests, events, wanted):
        """Seconds; first that what the store then holds is right."""
        seconds, duplicates = store.run(requests)
        store.finish(stream.end_of(events))
        members = {name: store.members(name) for name in stream.AUDIENCES}
        if (duplicates, members) != wanted:
            wrong = [name for name in members if members[name] != wanted[1][name]]
            raise RuntimeError(f"{store.name}: {duplicates} duplicates instead of {wanted[0]}, "
                               f"other members of {wrong}")
        return seconds

    def program(self, name, *arguments):
        done = subprocess.run([BUILD / "bench" / name, *arguments], stdout=subprocess.PIPE,
                              text=True, check=True)
        for line in done.stdout.splitlines():
            self.report.add_measured(**json.loads(line))

    def limits(self):
        say("== Our parts against what they are made of, in turns")
        self.program("bench_limits", str(self.runs), "1" if self.quick else "10")

    def neighbours(self):
        say("== Session neighbours against a plain exact scan")
        self.program("bench_scan", "1" if self.quick else "10")

    def pixel(self):
        with tempfile.TemporaryDirectory(prefix="rekindle-peers-") as folder:
            Bench(self.report, pathlib.Path(folder), self.quick).pixel()

    def wrk(self):
        say("== Pixels by wrk, each server on core 0, wrk on core 1, in turns")
        wrk_pixel.measure(self.report, PROGRAM, self.runs, 1 if self.quick else 5)


def main():
    parser = argparse.ArgumentParser(prog="./dev peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="to try, not to quote")
    return measure(parser, ["state", "limits", "neighbours", "pixel", "wrk"], Peers)


if __name__ == "__main__":
    sys.exit(main())
