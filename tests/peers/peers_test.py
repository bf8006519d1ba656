#!/usr/bin/env python3
"""The job of bench/peers, small: Rekindle, and those of its peers that are installed, hold exactly what a
recount of the events finds.

    peers_test.py [BINARY]
"""
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "bench" / "peers"), str(ROOT / "tests" / "support")]

import postgres_peer  # noqa: E402
import stream  # noqa: E402
from ours import Ours  # noqa: E402
from redis_commands import RedisCommands  # noqa: E402
from redis_peer import Redis  # noqa: E402
from server import default_binary  # noqa: E402


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    events = stream.make(6_000, 600, seed=2)
    duplicates, wanted = stream.expected(events)
    assert duplicates > 100 and all(len(members) > 20 for members in wanted.values()), "too easy"
    stores = [lambda: Ours(binary)]
    if shutil.which("redis-server"):
        stores += [Redis, RedisCommands]
    if (postgres_peer.PROGRAMS / "postgres").exists():
        stores.append(postgres_peer.Postgres)
    faults = []
    for make in stores:
        with make() as store:
            found = store.run(store.prepare(events))[1]
            store.finish(stream.end_of(events))
            if found != duplicates:
                faults.append(f"{store.name}: {found} duplicates instead of {duplicates}")
            faults += [f"{store.name}: other members of {name}" for name, members in wanted.items()
                       if store.members(name) != members]
        print(f"   {store.name}: {len(events)} events")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
