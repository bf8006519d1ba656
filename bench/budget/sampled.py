"""Nanoseconds an event, by part: bench_budget sampled by perf, each sample put to the part of the
innermost function in its chain of callers that belongs to one."""
import json
import pathlib
import subprocess
import tempfile
import time

from parts import PART_OF, PARTS, plain

SAMPLES_A_SECOND = 1_999  # no whole fraction of anything that comes regularly


def run(program, config, quick):
    """(ns an event by part, samples, what bench_budget says of the run)"""
    with tempfile.TemporaryDirectory(prefix="rekindle-budget-") as folder:
        size = ("--visitors", "50000", "--events", "200000") if quick else ()
        bench = subprocess.Popen([program, "--config", config, "--data", f"{folder}/store", "--wait",
                                  *size], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if bench.stdout.readline().strip() != "ready":
                raise RuntimeError(f"bench_budget ended with {bench.wait()}")
            data = pathlib.Path(folder) / "perf.data"
            perf = start_perf(bench.pid, data)
            bench.stdin.write("\n")
            bench.stdin.flush()
            about = json.loads(bench.stdout.readline())
            if bench.wait() != 0:
                raise RuntimeError(f"bench_budget ended with {bench.returncode}")
            perf.wait()
        finally:
            if bench.poll() is None:
                bench.kill()
                bench.wait()
        counts = count_samples(data)
    per_sample = 1e9 / SAMPLES_A_SECOND / about["events"]
    return ({part: count * per_sample for part, count in counts.items()},
            sum(counts.values()), about)


def start_perf(pid, data):
    """perf watching the program's first thread: it ends when that does."""
    perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_A_SECOND),
                             "--call-graph", "dwarf", "-t", str(pid), "-o", data],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (data.exists() and data.stat().st_size > 0):
        if perf.poll() is not None:
            raise RuntimeError(f"perf may not look: {perf.stderr.read().strip()}")
        time.sleep(0.05)
    time.sleep(0.5)  # its file is there before its eyes are open; a sample more or less is no matter
    return perf


def count_samples(data):
    script = subprocess.Popen(["perf", "script", "-i", data, "--no-inline", "-F", "ip,sym"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    counts = dict.fromkeys(PARTS, 0)
    part = None
    for line in script.stdout:
        if line.strip() == "":  # the end of a sample
            if part is not None:
                counts[part] += 1
            part = None
        elif part is None and line.startswith((" ", "\t")):
            words = line.split(maxsplit=1)
            if len(words) == 2:
                part = PART_OF.get(plain(words[1].rstrip("\n")))
    if script.wait() != 0:
        raise RuntimeError(f"perf script ended with {script.returncode}")
    return counts
