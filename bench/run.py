#!/usr/bin/env python3
"""What `./dev bench` measures: one table of named figures of the whole program, on this machine.

    ./dev bench [--json] [--quick] [NAME …]     NAME: machine core growth cores ws64 post256 pixel
                                                      protocols change exits visible redefine
                                                      preview decide scale restart stored idle
                                                      audiences growth_10m (only when named)

The engine alone is measured by build/release/bench/bench_core, the whole program by
`rekindle load`; the environment variable REKINDLE_BUILD names another build directory. Only the
standard library; nothing is left running, nothing outside a temporary directory is written. A
figure that could not be measured is reported with the reason, and the exit status is 1.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import cores
import growth
import latency
import pixels
import protocols
from report import ROOT, measure, say
from servers import BUILD, PROGRAM, Server, cpu_of, load

HISTORY = ROOT / "data/uci_online_retail.csv.zst"


class Bench:
    def __init__(self, report, folder, quick):
        self.report = report
        self.folder = folder
        self.filled_store = folder / "filled"
        self.store = folder / "store"
        self.config = folder / "bench.yaml"
        self.runs = 3 if quick else 5
        self.seconds = "4s" if quick else "10s"
        self.visitors = 100_000 if quick else 1_000_000
        self.quick = quick
        self.build = BUILD
        self.filled = False
        self.top_rate = None
        self.write_config()

    def write_config(self):
        """configs/bench.yaml with a catalogue of the products that `rekindle load` makes up."""
        catalog = self.folder / "catalog.csv"
        lines = ["product,title,category,brand,price"]
        lines += [f"p{n},Product {n},c{n % 200},b{n % 500},{1 + n * 7919 % 250}.50"
                  for n in range(20_000)]
        catalog.write_text("\n".join(lines) + "\n", encoding="utf-8")
        text = (ROOT / "configs/bench.yaml").read_text(encoding="utf-8")
        site = "- {name: shop, currency: EUR}"
        if site not in text:
            raise RuntimeError("configs/bench.yaml has another site than expected")
        self.config.write_text(
            text.replace(site, f"- {{name: shop, currency: EUR, catalog: {catalog}}}"),
            encoding="utf-8")

    def fill(self):
        """A store in which every visitor was seen once. Their sessions end within a minute, so
        that decisions have bestsellers to offer. Filled once and copied for each measurement, so
        that none depends on which ran before and how many events those left behind."""
        if not self.filled:
            self.fill_once()
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(self.filled_store, self.store)

    def fill_once(self):
        say(f"== Filling a store with {self.visitors:,} visitors")
        with Server(self.config, self.filled_store) as server:
            load(server.url, "--mode", "ws", "--every-visitor-once", "--visitors",
                 str(self.visitors), "--session-mean", "4", "--age", "29m", "--duration", "30m",
                 "--warmup", "0s")
            server.wait_until_sessions_are_over()
            server.stop()
        self.filled = True

    def machine(self):
        say("== What the machine itself takes from a thread that never sleeps")
        done = subprocess.run([BUILD / "bench/bench_machine", "10"], stdout=subprocess.PIPE,
                              text=True, check=True)
        for line in done.stdout.splitlines():
            self.report.add_measured(**json.loads(line))

    def core(self):
        say("== One shard thread, in process")
        for figure in self.core_figures(self.config):
            if figure["name"].startswith(("core.", "memory.")):  # stored.* has its own run
                self.report.add_measured(**figure)

    def core_figures(self, config, visitors=None, **options):
        """What bench_core measures, on a store that is gone afterwards."""
        data = self.folder / "core"
        data.mkdir()
        more = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        if options.get("events") != 0:  # else that is all there is to measure
            more.append("--skip-stored")
        done = subprocess.run([BUILD / "bench/bench_core", "--json", "--config", config, "--data",
                               data, "--visitors", str(visitors or self.visitors), *more],
                              stdout=subprocess.PIPE, text=True, check=True)
        shutil.rmtree(data)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def growth(self):
        growth.measure(self)

    def audiences(self):
        growth.measure_audiences(self, [])

    def growth_10m(self):
        growth.measure_10m(self)

    def cores(self):
        cores.measure(self)

    def post256(self):
        self.fill()
        say("== NDJSON bodies of 256, as many as it takes")
        with Server(self.config, self.store) as server:
            runs = [load(server.url, "--mode", "post", "--frame", "256", "--visitors",
                         str(self.visitors), "--duration", self.seconds)
                    for _ in range(self.runs)]
            server.stop()
        share = statistics.median(run["own_cpu_share"] for run in runs)
        self.report.add("post256.events_per_s", [run["events_per_s"] for run in runs],
                        note=f"loader used {share:.0%} of a core")

    def idle(self):
        """A server that had all its visitors, after their sessions ended; deadlines of days are ahead."""
        self.fill()
        say("== A server with nothing to do")
        with Server(self.config, self.store) as server:
            time.sleep(5)
            percents = []
            for _ in range(self.runs):
                before, began = sum(cpu_of(server.process.pid).values()), time.monotonic()
                time.sleep(10)
                used = sum(cpu_of(server.process.pid).values()) - before
                percents.append(100 * used / (time.monotonic() - began))
            server.stop()
        self.report.add("idle.cpu_percent", percents, "%", f"of a core, {self.visitors:,} visitors")

    def ws64(self):
        say("== WebSocket frames of 64, as many as it takes")
        runs = self.ws_runs(self.config)
        rates = [run["events_per_s"] for run in runs]
        self.top_rate = statistics.median(rates)
        share = statistics.median(run["own_cpu_share"] for run in runs)
        self.report.add("ws64.events_per_s", rates, note=f"loader used {share:.0%} of a core")

    def ws_runs(self, config):
        self.fill()
        with Server(config, self.store) as server:
            runs = [load(server.url, "--mode", "ws", "--frame", "64", "--visitors",
                         str(self.visitors), "--duration", self.seconds)
                    for _ in range(self.runs)]
            server.stop()
        return runs

    def pixel(self):
        pixels.measure(self)

    def protocols(self):
        protocols.measure(self)

    def change(self):
        latency.change(self)

    def exits(self):
        latency.exits(self)

    def visible(self):
        latency.visible(self)

    def redefine(self):
        latency.redefine(self)

    def preview(self):
        self.fill()
        say(f"== Preview over {self.visitors:,} visitors")
        body = {"when": "count(view_item, 9d) >= 4 and not did(purchase, 9d)"}
        with Server(self.config, self.store) as server:
            seconds = {"cold": [], "": []}
            for run in range(self.runs + 1):
                began = time.monotonic()
                server.send("POST", "/v1/audiences/preview", body)
                seconds["" if run else "cold"].append(time.monotonic() - began)
                if run == 0:  # visitors come back into memory
                    load(server.url, "--mode", "ws", "--visitors", str(self.visitors),
                         "--every-visitor-once", "--session-mean", "1", "--duration", "30m",
                         "--warmup", "0s")
            server.stop()
        self.report.add("preview.seconds", seconds[""], note="visitors in memory")
        self.report.add("preview.cold_seconds", seconds["cold"], "s", "right after a start")

    def decide(self):
        latency.decide(self)

    def scale(self):
        say("== Decisions in process, in large catalogues, learning on")
        interactions = 1_000_000 if self.quick else 10_000_000
        for products in (20_000, 200_000, 1_000_000):
            done = subprocess.run([BUILD / "bench/bench_scale", "--products", str(products),
                                   "--interactions", str(interactions), "--seconds",
                                   "2" if self.quick else "10"],
                                  stdout=subprocess.PIPE, text=True, check=True)
            for line in done.stdout.splitlines():
                figure = json.loads(line)
                own = figure["name"].split(".", 1)[1]
                note = "a session closed → decisions see it" if own.startswith("learnt_after") else ""
                self.report.add_measured(**figure, note=note)

    def restart(self):
        self.fill()
        say("== Restart after kill -9")
        seconds = []
        for _ in range(self.runs):
            with Server(self.config, self.store) as server:
                load(server.url, "--mode", "ws", "--visitors", str(self.visitors), "--duration",
                     self.seconds, "--warmup", "0s")
                server.kill()
            with Server(self.config, self.store) as server:
                seconds.append(server.seconds_to_ready)
                server.stop()
        self.report.add("restart_1m.seconds", seconds, note=f"{self.visitors:,} visitors")

    def inspect(self, store):
        done = subprocess.run([PROGRAM, "inspect", "--json", store], capture_output=True,
                              text=True, check=True)
        return json.loads(done.stdout)

    def stored(self):
        say("== Bytes a visitor takes in the store")
        store = self.folder / "browsers"
        for figure in self.core_figures(self.config, events=0):
            if figure["name"].startswith("stored."):
                at_rest = figure["name"].startswith("stored.at_rest_")
                self.report.add_measured(
                    **figure, note=f"{self.visitors:,} browsers, one session each, "
                                   + ("25 h later" if at_rest else "right after it"))
        subprocess.run([PROGRAM, "replay", HISTORY, "--preset", "uci", "--site", "shop",
                        "--direct", store, "--config", ROOT / "configs/demo.yaml"],
                       cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        figures = self.inspect(store)
        self.report.add("stored.uci_median_bytes", [figures["median_bytes"]], "bytes",
                        note=f"mean {figures['mean_bytes']}, {figures['visitors']:,} customers")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="100,000 visitors and short runs: to try, not to quote")
    names = ["machine", "core", "growth", "cores", "ws64", "post256", "pixel", "protocols", "change",
             "exits", "visible", "redefine", "preview", "decide", "scale", "restart", "stored", "idle"]
    with tempfile.TemporaryDirectory(prefix="rekindle-bench-") as folder:
        return measure(parser, names,
                       lambda report, quick: Bench(report, pathlib.Path(folder), quick),
                       if_named=["audiences", "growth_10m"])


if __name__ == "__main__":
    sys.exit(main())
