#!/usr/bin/env python3
"""That bench/budget reads profiles rightly, and that its check can fail.

    budget_test.py [BINARY, not used]
"""
import contextlib
import io
import json
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "bench" / "budget"), str(ROOT / "bench")]

import main as budget  # noqa: E402
from callgrind import Profile  # noqa: E402
from parts import FLOORS, PART_OF, PARTS, plain  # noqa: E402

# The round takes 5 itself, calls the log (100, of which 60 are RocksDB's) directly and an event (70)
# through apply_share (10 itself); of the event 30 are the dedupe's, 8 of it in a hash table.
PROFILE = """events: Ir
fn=(1) rekindle::Shard::step()
12 5
cfn=(2) rekindle::state::RocksLog::append(rekindle::LogBatch const&, rekindle::Durability)
calls=1 0
12 100
cfn=(3) rekindle::Shard::apply_share(rekindle::Partition&, rekindle::Shard::Share&)
calls=1 0
+3 80
fn=(2)
+1 40
cfn=(9) rocksdb::DB::Write(int)
calls=1 0
* 60
fn=(3)
3 10
cfn=(4) rekindle::Partition::apply(std::basic_string_view<char>, rekindle::CachedVisitor*)
calls=2 0
4 70
fn=(4)
4 40
cfn=(5) rekindle::operators::(anonymous namespace)::Dedupe::on_event(rekindle::Event&)
calls=2 0
-1 30
fn=(5)
1 22
cfn=(6) absl::find(int) [clone .part.0]
calls=2 0
1 8
fn=(6)
1 8
fn=(9)
1 60
fn=(7) rekindle::bench::main()
1 3
cfn=(1)
calls=1 0
1 185
"""


def check(what, found, wanted, faults):
    if found != wanted:
        faults.append(f"{what}: {found!r} instead of {wanted!r}")


def reads_a_profile(faults):
    profile = Profile(PROFILE.splitlines(keepends=True))
    costs = profile.by_part()
    found = {part: cost for part, cost in costs.items() if cost}
    check("costs", found, {"rest of a round": 5, "log": 100, "record": 50, "dedupe": 30}, faults)
    check("between", profile.between(), [], faults)
    through = PROFILE + "fn=(9)\n1 0\ncfn=(5)\ncalls=1 0\n1 30\n"  # RocksDB calls the dedupe
    check("between", Profile(through.splitlines(keepends=True)).between(),
          ["rocksdb::DB::Write (to rekindle::operators::Dedupe::on_event)"], faults)
    caches = "events: Ir Dr DLmr DLmw\nfn=(1) rekindle::Shard::ring()\n1 9 4 2 1\n1 9 4 3\n1 9\n"
    lines = Profile(caches.splitlines(keepends=True), ("DLmr", "DLmw")).by_part()
    check("lines", lines["ack"], 6, faults)
    check("name", plain("void rekindle::(anonymous namespace)::f<int>(int) [clone .cold]"),
          "void rekindle::f<int>", faults)


def every_part_has_a_floor(faults):
    check("parts with a floor", list(FLOORS), list(PARTS), faults)
    check("functions of one part", len(PART_OF), sum(len(each) for each in PARTS.values()), faults)


def check_of(counted, toolchain="a compiler"):
    """The exit code of --check for what was counted, against 1,000 instructions of each part."""
    with tempfile.TemporaryDirectory() as folder:
        budget.FIGURES = pathlib.Path(folder) / "figures.json"
        budget.FIGURES.write_text(json.dumps({
            "toolchain": "a compiler", "instructions_per_event": {"parse": 1000.0, "ack": 10.0}}))
        with contextlib.redirect_stdout(io.StringIO()):
            return budget.check(counted, {"toolchain": toolchain})


def fails_when_it_must(faults):
    limit = 1 + budget.TOLERANCE_PERCENT / 100
    for counted, wanted in (({"parse": 1000, "ack": 10}, 0),
                            ({"parse": 1000 * limit - 1, "ack": 10 + budget.SLACK}, 0),
                            ({"parse": 1000 * limit + 1, "ack": 10}, 1),
                            ({"parse": 1000 / limit - 5, "ack": 10}, 1),
                            ({"parse": 1000, "ack": 11 + budget.SLACK}, 1),
                            ({"parse": 1000}, 1),
                            ({"parse": 1000, "ack": 10, "more": 1}, 1)):
        check(f"check of {counted}", check_of(counted), wanted, faults)
    check("another compiler", check_of({"parse": 5_000}, "another"), budget.SKIPPED, faults)


def main():
    faults = []
    reads_a_profile(faults)
    every_part_has_a_floor(faults)
    fails_when_it_must(faults)
    print("\n".join(faults) or "   the budget's figures are read and checked")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
