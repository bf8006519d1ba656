#!/usr/bin/env python3
"""That a short soak runs, writes a right row for each second, and loses nothing; and that what it says of
its rows is so. No time is judged.

    soak_test.py [BINARY]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "bench" / "soak"), str(ROOT / "bench"), str(ROOT / "tests" / "support")]

from judge import judge  # noqa: E402
from server import default_binary  # noqa: E402

SECONDS = 20
QUIET = {"events": 1_000, "refused": 0, "overloads": 0, "fires": 50, "longest_stop_us": 60.0,
         "stolen_ms": 0, "state_stalling": 0, "deadline_lag_ms": 1, "herds_due": 0,
         "compaction_ms": 0, "flush_ms": 0, "checkpoints": 0,
         "slow_readers": 0, "change_p50_us": 200, "change_p99_us": 900, "change_p999_us": 1_500,
         "change_max_us": 1_600, "rss_bytes": 1_000_000}


def rows_of(changes):
    """A quiet minute but for the seconds named."""
    return [{**QUIET, "second": second, **changes.get(second, {})} for second in range(1, 61)]


def check(what, found, wanted, faults):
    if found != wanted:
        faults.append(f"{what}: {found!r} instead of {wanted!r}")


def judge_rows(faults):
    slow = {"change_p999_us": 9_000}
    found = judge(rows_of({3: slow, 20: {**slow, "longest_stop_us": 8_000.0}, 30: slow,
                           40: {**slow, "compaction_ms": 400, "checkpoints": 2}, 50: {"checkpoints": 1},
                           55: {**slow, "herds_due": 1}}), settle=5)
    check("causes", [(one["second"], one["causes"]) for one in found["excursions"]],
          [(20, ["machine"]), (30, []), (40, ["compaction", "checkpoint"]), (55, ["herd"])], faults)
    check("unexplained", found["unexplained"], 1, faults)
    check("share", found["causes"]["checkpoint"], {"slow": 0.25, "calm": round(1 / 51, 3)}, faults)
    check("flat", found["memory_growth"], 0.0, faults)
    grown = judge(rows_of({second: {"rss_bytes": 1_200_000} for second in range(40, 61)}), settle=5)
    check("grown", grown["memory_growth"], 0.2, faults)


def soak(binary, faults):
    build = pathlib.Path(binary).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="rekindle-soak-test-") as folder:
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench/soak/main.py"), "--minutes", str(SECONDS / 60), "--fresh",
             "--rate", "2000", "--visitors", "2000", "--warm", "0", "--probe-rate", "50",
             "--decide-rate", "20", "--herd-every", "4", "--herd-visitors", "600", "--no-plot",
             "--out", folder],
            env={**os.environ, "REKINDLE_BUILD": str(build)}, capture_output=True, text=True,
            check=False)
        if done.returncode != 0 or "nothing was lost" not in done.stdout:
            faults.append(f"the soak ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            return
        rows = [json.loads(line)
                for line in (pathlib.Path(folder) / "soak.jsonl").read_text().splitlines()]
        summary = json.loads((pathlib.Path(folder) / "soak.json").read_text())
    # A machine that stood still leaves out lines; how many is no fault of the program.
    if not 0 < len(rows) <= SECONDS:
        faults.append(f"{len(rows)} rows of {SECONDS} seconds")
    check("seconds", [row["second"] for row in rows], list(range(1, len(rows) + 1)), faults)
    for name in ("events", "applied", "changes", "fires", "change_samples", "exit_samples",
                 "decide_samples", "herds_due"):
        if not sum(row[name] for row in rows) > 0:
            faults.append(f"no second has any {name}")
    for name in ("rss_bytes", "cache_bytes", "log_bytes", "longest_stop_us"):
        if not all(row[name] > 0 for row in rows):
            faults.append(f"a second without {name}")
    check("faults", summary["faults"], [], faults)
    if not summary["rate"] == 2000 or not summary["machine"]["cpu"]:
        faults.append(f"the summary does not say of what: {summary}")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    faults = []
    judge_rows(faults)
    soak(binary, faults)
    print("\n".join(faults) or "   a soak of 20 seconds lost nothing")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
