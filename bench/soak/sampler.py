"""A row a second: what the load generator measured in it, what the server counted, what it and the machine
did meanwhile."""
import json
import os
import pathlib
import subprocess
import time

from servers import cpu_of

# what a row calls it: the server's counter; the row has how much it grew
COUNTERS = {
    "applied": "rekindle_events_total",
    "changes": "rekindle_changes_total",
    "checkpoints": "rekindle_checkpoints_total",
    "fires": "rekindle_deadlines_fired_total",
    "cold_reads": "rekindle_cold_reads_total",
    "evictions": "rekindle_evictions_total",
    "slow_readers": "rekindle_slow_readers_total",
    "feed_overflows": "rekindle_feed_overflows_total",
    "overloads": "rekindle_overloads_total",
}
# what a row calls it: the server's gauge, as it is at the row's end
GAUGES = {
    "cache_bytes": "rekindle_cache_bytes",
    "cached_visitors": "rekindle_cached_visitors",
    "inbox_bytes": "rekindle_inbox_bytes",
    "deadline_lag_ms": "rekindle_deadline_lag_milliseconds",
    "state_stalling": "rekindle_state_stalling",
    "log_bytes": "rekindle_log_size_bytes",
    "state_bytes": "rekindle_state_size_bytes",
}
# what a row calls it: threads of the server whose CPU time it has, in milliseconds
THREADS = {"shard_ms": "rk-shard", "io_ms": "rk-io", "writer_ms": "rk-writer",
           "compaction_ms": "rocksdb:low", "flush_ms": "rocksdb:high"}
LATENCIES = {"ack": "latency", "change": "change", "exit": "exit", "decide": "decide"}


def read_metrics(text):
    """{name: sum over its labels}"""
    sums = {}
    for line in text.decode().splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            name = name.split("{", 1)[0]
            sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def resident_bytes(pid):
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def stolen_seconds():
    """That the host of a virtual machine gave to others, of all cores."""
    fields = pathlib.Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


class Machine:
    """bench_machine, which says how long everything stood still since it was last asked."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "beside"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Sampler:
    def __init__(self, server, machine, herds):
        self.server = server
        self.machine = machine
        self.herds = herds
        self.counted = self.metrics()
        self.cpu = self.cpu_ms()
        self.stolen = stolen_seconds()
        self.at = time.time()
        self.second = 0
        machine.ask()

    def metrics(self):
        return read_metrics(self.server.get("/metrics"))

    def cpu_ms(self):
        used = cpu_of(self.server.process.pid)
        return {name: sum(1e3 * seconds for (thread, _), seconds in used.items()
                          if thread.startswith(prefix)) for name, prefix in THREADS.items()}

    def row(self, interval):
        """`interval`: a line of `rekindle load --every`. To be called when it comes."""
        now, counted, stolen = time.time(), self.metrics(), stolen_seconds()
        self.second += 1
        row = {"second": self.second, "at_ms": interval["at_ms"], "events": interval["events"],
               "refused": interval["refused"]}
        for name, key in LATENCIES.items():
            for part in ("samples", "p50_us", "p99_us", "p999_us", "max_us"):
                row[f"{name}_{part}"] = interval[key][part]
        for name, metric in COUNTERS.items():
            row[name] = round(counted[metric] - self.counted[metric], 3)
        for name, metric in GAUGES.items():
            row[name] = counted[metric]
        cpu = self.cpu_ms()
        row.update({name: round(cpu[name] - self.cpu[name]) for name in THREADS})
        row["rss_bytes"] = resident_bytes(self.server.process.pid)
        row.update(self.machine.ask())
        row["stolen_ms"] = round((stolen - self.stolen) * 1_000)
        row["herds_due"] = sum(1 for due in self.herds.due if self.at <= due < now)
        self.counted, self.cpu, self.stolen, self.at = counted, cpu, stolen, now
        return row
