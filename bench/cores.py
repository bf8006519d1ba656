"""One shard or two on this machine, and what a machine of more cores would do by what was measured here.

The model: each core does one thing at a time; of an event's CPU time the io threads, the shards, the writer
of checkpoints and RocksDB's own threads each take what was measured here, and all but two of them are
spread over as many threads as are configured. Two are one thread whatever the machine is: the writer, and
the leader of RocksDB's group commit that puts the batches of all shards into one write-ahead log. Memory
bandwidth is what the lines an event touches need. The least of these is what the machine would do, and its
name what would break first.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE / "budget"))

import callgrind  # noqa: E402

CORES = (2, 4, 16, 64)
SHARE_OF_BANDWIDTH = 0.5  # of what a core reads in a row: an event's lines lie anywhere


def thread_ns(figures):
    """CPU nanoseconds an event by kind of thread, of bench_core's figures with one shard."""
    ns = {"shard": 0.0, "writer": 0.0, "rocksdb": 0.0}
    for figure in figures:
        if figure["name"].startswith("core.cpu_ns."):
            thread = figure["name"].removeprefix("core.cpu_ns.")
            kind = {"rk-writer": "writer"}.get(thread, "shard" if thread.startswith("rk-shard") else
                                               "rocksdb" if thread.startswith("rocksdb") else None)
            if kind:
                ns[kind] += figure["value"]
    ns["parse"] = value(figures, "core.parse_ns")
    return ns


def value(figures, name):
    return next(figure["value"] for figure in figures if figure["name"] == name)


def bounds(cores, known):
    """{what: events a second it would let through}"""
    lines_per_s = known["gb_per_s_a_core"] * 1e9 / 64 * SHARE_OF_BANDWIDTH
    return {
        "processor": cores * 1e9 / known["all_ns"],
        "writer of checkpoints (one thread)": 1e9 / known["writer_ns"],
        "write-ahead log (one writer at a time)": 1e9 / known["log_ns"],
        # Sockets have more memory channels as they have more cores; we assume as many a core as here.
        "memory bandwidth": cores * lines_per_s / known["lines"],
    }


def measure(bench):
    bench.report.say("== One shard and two, in process")
    rates = {}
    for shards in (1, 2):
        figures = bench.core_figures(bench.config, shards=shards)
        rates[shards] = value(figures, "core.events_per_s")
        for figure in figures:
            if figure["name"].startswith("core."):
                own = figure["name"].removeprefix("core.")
                bench.report.add_measured(**{**figure, "name": f"cores.shards_{shards}.{own}"})
        if shards == 1:
            ns = thread_ns(figures)
    bench.report.add("cores.two_vs_one", [rates[2] / rates[1]], "ratio", "shards, 2 cores")
    whole_program(bench)
    floors = {figure["name"]: figure["value"] for figure in floor_figures(bench)}
    known = {"writer_ns": ns["writer"], "log_ns": floors["floor.rocksdb_append"],
             "gb_per_s_a_core": 64 / floors["floor.memory_line_in_order"], "all_ns": sum(ns.values()),
             "lines": lines_an_event(bench)}
    for name, each in ns.items():
        bench.report.add(f"cores.cpu_ns.{name}", [each], "ns", "an event, of all threads of its kind")
    for cores in CORES:
        of = bounds(cores, known)
        first = min(of, key=of.get)
        others = sorted((rate, name) for name, rate in of.items() if name != first)
        bench.report.add(f"cores.model_{cores}.events_per_s", [of[first]], "1/s",
                         f"{first}; then {others[0][1]} at {others[0][0] / 1e6:,.1f} M")


def lines_an_event(bench):
    config = HERE.parent / "configs/bench.yaml"
    lines = callgrind.lines_from_memory(bench.build / "bench/bench_budget", config)
    bench.report.add("cores.lines_an_event", [sum(lines.values())], "lines",
                     "of 64 bytes, from memory: callgrind's simulated caches")
    return sum(lines.values())


def floor_figures(bench):
    done = subprocess.run([bench.build / "bench/bench_floor"], stdout=subprocess.PIPE, text=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def whole_program(bench):
    """The server with one shard and two, fed by a loader on the same cores."""
    text = bench.config.read_text(encoding="utf-8")
    for shards in (1, 2):
        config = bench.folder / f"shards_{shards}.yaml"
        config.write_text(text.replace("engine:\n", f"engine:\n  shards: {shards}\n"), encoding="utf-8")
        bench.report.add(f"cores.ws64_shards_{shards}.events_per_s", 
                         [run["events_per_s"] for run in bench.ws_runs(config)], "1/s")
