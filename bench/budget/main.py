#!/usr/bin/env python3
"""Where each nanosecond and each instruction of an event goes.

    ./dev budget                   the table: times by perf, instructions by callgrind, and the floors
    ./dev budget --check           only the instructions, against bench/budget/instructions.json
    ./dev budget --accept          rewrites that file

One thread does all of it (bench/bench_budget.cc), in batches of 512 events: what one event costs, not how
long it waits. A change of more than the tolerance, up or down, is a fault until it is accepted: a part
that is cheaper may be one that is not measured any more. `./dev test` runs --check.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import callgrind  # noqa: E402
import sampled  # noqa: E402
from parts import FLOORS, PARTS  # noqa: E402
from report import ROOT, machine, say  # noqa: E402
from servers import BUILD  # noqa: E402

FIGURES = HERE / "instructions.json"
CONFIG = ROOT / "configs/bench.yaml"
# Of a part's instructions. Two runs of one build differ by less than 0.1 %, in what RocksDB and the
# allocator do; smaller parts may move by SLACK instructions instead.
TOLERANCE_PERCENT = 2
SLACK = 8
SKIPPED = 77  # what CTest takes for it


def check(counted, about):
    """The exit code."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8"))
    if kept["toolchain"] != about["toolchain"]:
        print(f"skipped: the figures are of {kept['toolchain']}, this build is of "
              f"{about['toolchain']}. Accept its own with: ./dev budget --accept")
        return SKIPPED
    wanted = kept["instructions_per_event"]
    wrong = sorted(set(wanted) ^ set(counted))
    faults = [f"'{part}' is not in both lists of parts" for part in wrong]
    print(f"{'instructions an event':<24}{'kept':>10}{'now':>10}{'':>10}")
    for part in [part for part in counted if part in wanted]:
        now, then = counted[part], wanted[part]
        far = abs(now - then) > max(SLACK, then * TOLERANCE_PERCENT / 100)
        print(f"{part:<24}{then:>10,.0f}{now:>10,.0f}{(now - then) / max(then, 1):>+10.1%}"
              + ("  <-" if far else ""))
        if far:
            faults.append(f"{part}: {then:,.0f} -> {now:,.0f} instructions an event")
    if faults:
        print(f"\nmore than {TOLERANCE_PERCENT} % (or {SLACK} instructions) from what is kept:",
              *faults, "If that is meant: ./dev budget --accept, and commit "
              "bench/budget/instructions.json with the reason.", sep="\n   ")
    return 1 if faults else 0


def accept(counted, about):
    FIGURES.write_text(json.dumps({
        "toolchain": about["toolchain"],
        "fires_per_event": about["fires_per_event"],
        "checkpointed_per_event": about["checkpointed_per_event"],
        "instructions_per_event": {part: round(count, 1) for part, count in counted.items()},
    }, indent=1) + "\n", encoding="utf-8")
    say(f"wrote {FIGURES.relative_to(ROOT)}")
    return 0


def floors(about):
    """{name: ns}, measured now."""
    done = subprocess.run([BUILD / "bench/bench_floor"], stdout=subprocess.PIPE, text=True, check=True)
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    found = {figure["name"].removeprefix("floor."): figure["value"] for figure in figures}
    found["checkpointed_per_event"] = about["checkpointed_per_event"]
    return found


def table(counted, about, quick, as_json):
    ns, samples, large = sampled.run(BUILD / "bench/bench_budget", CONFIG, quick)
    known = floors(large)
    lines = callgrind.lines_from_memory(BUILD / "bench/bench_budget", CONFIG)
    rows = [(part, ns[part], counted[part], lines[part], *FLOORS[part](known)) for part in PARTS]
    if as_json:
        print(json.dumps({"machine": machine(), "samples": samples, "floors": known, "large": large,
                          "small": about, "parts": [dict(zip(
                              ("part", "ns", "instructions", "lines", "floor_ns", "floor"), row))
                              for row in rows]}))
        return 0
    of = machine()
    print(f"{of['cpu']}, {of['cores']} cores, {of['date']}, commit {of['commit']}; "
          f"{large['events']:,} events, {samples:,} samples\n")
    print("| part | ns | instructions | lines from memory | not below, ns | because |\n"
          "|---|--:|--:|--:|--:|---|")
    for part, time, count, line, floor, why in rows:
        print(f"| {part} | {time:,.0f} | {count:,.0f} | {line:.2f} | {floor} | {why} |")
    print(f"| **all** | **{sum(ns.values()):,.0f}** | **{sum(counted.values()):,.0f}** "
          f"| **{sum(lines.values()):.1f}** | | |")
    print(f"\nA cache miss {known['memory_miss']:.0f} ns, a call of the kernel "
          f"{known['syscall']:.0f} ns. An event fires {large['fires_per_event']:.2f} deadlines and has "
          f"{large['checkpointed_per_event']:.2f} visitors encoded for checkpoints (in the small run "
          f"{about['fires_per_event']:.2f} and {about['checkpointed_per_event']:.2f}).")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev budget", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="few visitors: to try, not to quote")
    options = parser.parse_args()
    os.chdir(ROOT)
    counted, about = callgrind.instructions(BUILD / "bench/bench_budget", CONFIG)
    if options.check:
        return check(counted, about)
    if options.accept:
        return accept(counted, about)
    return table(counted, about, options.quick, options.json)


if __name__ == "__main__":
    sys.exit(main())
