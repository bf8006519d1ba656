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
import datetime
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import cores
import growth
import protocols

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("REKINDLE_BUILD", ROOT / "build/release"))
PROGRAM = BUILD / "cli/rekindle"
HISTORY = ROOT / "data/uci_online_retail.csv.zst"

# name: (what must be reached, unit)
TARGETS = {
    "core.events_per_s": (">= 1,000,000", "1/s"),
    "ws64.events_per_s": (">= 300,000", "1/s"),
    "post256.events_per_s": (">= 300,000", "1/s"),
    "pixel.vs_nginx": (">= 1", "ratio"),
    "change.p50_us": ("<= 300", "us"),
    "change.p99_us": ("<= 1,500", "us"),
    "change.p999_us": ("<= 5,000", "us"),
    "decide.p50_us": ("<= 200", "us"),
    "decide.p99_us": ("<= 1,000", "us"),
    "idle.cpu_percent": ("<= 0.5", "%"),
    "memory.bytes_per_hot_visitor": ("<= 400", "B"),
    "exit.p99_us": ("<= 10,000", "us"),
    "visible.p99_us": ("<= 10,000", "us"),
    "redefine.p99_vs_before": ("<= 2", "ratio"),
    "preview.seconds": ("<= 1", "s"),
    "restart_1m.seconds": ("<= 3", "s"),
    "stored.median_bytes_per_visitor": ("<= 150", "bytes"),
    "stored.p99_bytes_per_visitor": ("<= 1,000", "bytes"),
}


def say(text):
    print(text, file=sys.stderr, flush=True)


class Report:
    """Collects figures; prints them as a table, or as one JSON object a line as they come."""

    def __init__(self, as_json):
        self.as_json = as_json
        self.rows = []
        self.failures = 0
        about = machine()
        if as_json:
            print(json.dumps({"machine": about}), flush=True)
        self.about = about

    @staticmethod
    def say(text):
        say(text)

    def add(self, name, samples, unit=None, note=""):
        value = statistics.median(samples)
        spread = (max(samples) - min(samples)) / value if value else 0.0
        own_unit = TARGETS.get(name, ("", unit))[1]
        self.add_measured(name, value, own_unit, len(samples), round(spread, 4), note)

    def add_measured(self, name, value, unit, samples, spread, note=""):
        row = {"name": name, "value": value, "unit": unit, "samples": samples, "spread": spread,
               "target": TARGETS.get(name, ("", ""))[0], "note": note}
        self.rows.append(row)
        if self.as_json:
            print(json.dumps({k: v for k, v in row.items() if v != ""}), flush=True)
        else:
            say(f"   {name} = {value:,.4g} {unit}")

    def fail(self, name, why):
        self.failures += 1
        self.rows.append({"name": name, "value": None, "unit": "", "samples": 0, "spread": 0,
                          "target": TARGETS.get(name, ("", ""))[0], "note": why})
        if self.as_json:
            print(json.dumps({"name": name, "value": None, "note": why}), flush=True)
        say(f"   {name}: not measured: {why}")

    def print_table(self):
        if self.as_json:
            return
        print(f"\n{self.about['cpu']}, {self.about['cores']} cores, {self.about['date']}, "
              f"commit {self.about['commit']}\n")
        print(f"{'name':<34}{'value':>12} {'unit':<6}{'must be':>12}{'samples':>9}{'spread':>8}")
        for row in self.rows:
            value = "-" if row["value"] is None else f"{row['value']:,.4g}"
            if row["value"] is not None and abs(row["value"]) >= 1000:
                value = f"{row['value']:,.0f}"
            print(f"{row['name']:<34}{value:>12} {row['unit']:<6}{row['target']:>12}"
                  f"{row['samples']:>9}{row['spread']:>8.1%}  {row['note']}")


def machine():
    cpu = "unknown CPU"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"cpu": cpu, "cores": os.cpu_count(), "commit": commit or "none",
            "date": datetime.date.today().isoformat()}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_of(pid):
    """CPU seconds of a process: {(thread's name, "user"|"kernel"): seconds}."""
    tick = os.sysconf("SC_CLK_TCK")
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            head, tail = (task / "stat").read_text(encoding="utf-8").rsplit(")", 1)
        except FileNotFoundError:  # it ended meanwhile
            continue
        fields = tail.split()
        name = head.split("(", 1)[1]
        for kind, field in (("user", 11), ("kernel", 12)):
            seconds[name, kind] = seconds.get((name, kind), 0.0) + int(fields[field]) / tick
    return seconds


def pinned(core, command):
    return command if core is None else ["taskset", "-c", str(core), *command]


class Server:
    """A server on a store that outlives it."""

    def __init__(self, config, store, core=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        began = time.monotonic()
        self.process = subprocess.Popen(
            pinned(core, [str(PROGRAM), "serve", "--config", str(config), "--data", str(store),
                          "--port", str(self.port)]), stdout=subprocess.DEVNULL)
        self.wait_until_ready()
        self.seconds_to_ready = time.monotonic() - began

    def wait_until_ready(self):
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.005)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        return connection.getresponse().read()

    def send(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 300:
            raise RuntimeError(f"{method} {path} was answered {response.status}: {answer}")
        return answer

    def redefine(self, name, when):
        """Puts a definition and waits until it is in force. Seconds."""
        began = time.monotonic()
        self.send("PUT", f"/v1/audiences/{name}", {"when": when})
        now = {"next": True}
        while "next" in now or now["status"] != "in_force":
            time.sleep(0.02)
            now = json.loads(self.get(f"/v1/audiences/{name}"))
        return time.monotonic() - began

    def metric(self, name):
        """The sum over all labels."""
        return sum(float(line.rsplit(b" ", 1)[1]) for line in self.get("/metrics").splitlines()
                   if line.startswith(name.encode()) and line[len(name):len(name) + 1] in b"{ ")

    def wait_until_sessions_are_over(self):
        """They all end within the minute after a fill; a model is learnt from them."""
        closed = -1.0
        while closed <= 0 or closed != self.metric("rekindle_sessions_total"):
            closed = self.metric("rekindle_sessions_total")
            time.sleep(5)

    def share_offered(self, visitors=200):
        """Of so many visitors, for which share there is something to offer."""
        answers = [json.loads(self.get(f"/v1/decide?site=shop&visitor=v{n}&n=3"))
                   for n in range(visitors)]
        return sum(1 for answer in answers if answer["offers"]) / visitors

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            raise RuntimeError(f"the server ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def load(url, *options, core=None):
    done = subprocess.run(pinned(core, [str(PROGRAM), "load", "--json", "--to", url, *options]),
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"rekindle load ended with {done.returncode}")
    result = json.loads(done.stdout)
    if result["failed"] or result["unanswered"]:
        raise RuntimeError(f"answers were wrong: {done.stdout.strip()}")
    return result


def nginx_config(folder, port):
    """One worker that answers an empty GIF, with its usual access log, all of it in `folder`."""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log {folder}/access.log; keepalive_requests 1000000000; {temporary}
  server {{ listen 127.0.0.1:{port}; location = /pixel.gif {{ empty_gif; }} }}
}}"""


class Nginx:
    """nginx with empty_gif and its usual access log, one worker on one core."""

    def __init__(self, folder, core):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "nginx"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "nginx.conf").write_text(nginx_config(self.folder, self.port),
                                                encoding="utf-8")
        self.process = subprocess.Popen(
            pinned(core, ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]))
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx did not start")

    def worker(self):
        """The process that answers: the master only watches it."""
        master = self.process.pid
        children = pathlib.Path(f"/proc/{master}/task/{master}/children")
        return int(children.read_text(encoding="utf-8").split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def add_costs(costs, cpu):
    for key, value in cpu.items():
        costs.setdefault(key, []).append(value)


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
        self.fill()
        say("== Pixel against nginx, each on core 0, the loader on core 1, in turns")
        options = ("--mode", "pixel", "--connections", "64", "--visitors", str(self.visitors),
                   "--duration", self.seconds, "--warmup", "2s")
        ours, theirs, shares, costs = [], [], [], {}
        with Nginx(self.folder, 0) as nginx, Server(self.config, self.store, core=0) as server:
            for _ in range(self.runs):
                run, cpu = self.pixels(nginx.url, nginx.worker(), options)
                theirs.append(run["events_per_s"])
                add_costs(costs, cpu)
                run, cpu = self.pixels(server.url, server.process.pid, options)
                ours.append(run["events_per_s"])
                shares.append(run["own_cpu_share"])
                add_costs(costs, cpu)
            server.stop()
        self.report.add("pixel.vs_nginx", [a / b for a, b in zip(ours, theirs)],
                        note=f"loader used {statistics.median(shares):.0%} of its core")
        self.report.add("pixel.events_per_s", ours, "1/s")
        self.report.add("pixel.nginx_per_s", theirs, "1/s")
        for (name, kind), each in sorted(costs.items()):
            if statistics.median(each) >= 0.05:
                self.report.add(f"pixel.cpu_us.{name}.{kind}", each, "us", "a request")

    def pixels(self, url, pid, options):
        """A run, and what each thread of the server took for one request, in microseconds."""
        before = cpu_of(pid)
        run = load(url, *options, core=1)
        after = cpu_of(pid)
        # The loader's warm-up of 2 s is in it: as many requests a second as in the run.
        requests = run["requests_per_s"] * (run["seconds"] + 2)
        return run, {key: (after[key] - before.get(key, 0.0)) / requests * 1e6 for key in after}

    def protocols(self):
        """Each tracker's requests a second against our own, one event a request, in turns."""
        self.fill()
        say("== Protocols against our own, the server on core 0, the loader on core 1, in turns")
        each = 1_000 if self.quick else 8_000
        rates = {name: [] for name in protocols.PROTOCOLS}
        os.sched_setaffinity(0, {1})
        try:
            with Server(self.config, self.store, core=0) as server:
                for run in range(self.runs + 1):  # the first warms up
                    for name, all_rates in rates.items():
                        rate = protocols.requests_per_s(server.port, name, run, each=each)
                        if run > 0:
                            all_rates.append(rate)
                lost = (server.metric("rekindle_intake_rejected_total") +
                        server.metric("rekindle_duplicates_total"))
                server.stop()
        finally:
            os.sched_setaffinity(0, range(os.cpu_count()))
        if lost:
            raise RuntimeError(f"{lost:,.0f} events were refused or seen before")
        for name, (_, native) in protocols.PROTOCOLS.items():
            self.report.add(f"protocols.{name}.per_s", rates[name], "1/s")
            if native:
                ratios = [a / b for a, b in zip(rates[name], rates[native])]
                self.report.add(f"protocols.{name}.vs_native", ratios, "ratio")

    def at_half_rate(self, name, option, words, prepare=None):
        """Latencies that `rekindle load` measures by one of its options, beside WebSocket frames at
        half of the highest rate. Returns that rate."""
        if self.top_rate is None:
            self.ws64()
        self.fill()
        half = self.top_rate / 2
        say(f"== {words} {half:,.0f} events/s")
        with Server(self.config, self.store) as server:
            if prepare:
                prepare(server)
            options = ("--mode", "ws", "--frame", "64", "--visitors", str(self.visitors), "--rate",
                       f"{half:.0f}")
            load(server.url, *options, "--duration", "30s")  # visitors come back into memory
            runs = [load(server.url, *options, option, "--duration", self.seconds)
                    for _ in range(self.runs)]
            server.stop()
        self.add_latency(name, [run[name] for run in runs], f"beside {half:,.0f} events/s")
        return half

    def change(self):
        half = self.at_half_rate("change", "--changes", "Event to audience change, beside")
        self.floor("change_floor", half / 64)

    def exits(self):
        """How late it is told that somebody left an audience by time alone."""
        self.at_half_rate("exit", "--exits", "Exits by time alone, beside",
                          lambda server: server.redefine("load_exit", "did(sign_up, 2s)"))

    def visible(self):
        """How long after an event a decision that is followed shows what it changed."""
        self.at_half_rate("visible", "--live-decisions", "Event to decision, beside")

    def redefine(self):
        """The same event-to-change latency without and with a redefinition of all visitors under
        way: one follows the other for as long as the loader measures, in turns with none."""
        if self.top_rate is None:
            self.ws64()
        self.fill()
        half = self.top_rate / 2
        say(f"== Definitions that change beside {half:,.0f} events/s")
        with Server(self.config, self.store) as server:
            options = ("--mode", "ws", "--frame", "64", "--visitors", str(self.visitors), "--rate",
                       f"{half:.0f}")
            load(server.url, *options, "--duration", "30s")  # visitors come back into memory
            before, during, seconds = [], [], []
            for _ in range(self.runs):
                timed = (*options, "--changes", "--duration", self.seconds)
                before.append(load(server.url, *timed)["change"])
                over = threading.Event()
                changer = threading.Thread(target=self.keep_redefining,
                                           args=(server, over, seconds))
                changer.start()
                during.append(load(server.url, *timed)["change"])
                over.set()
                changer.join()
            server.stop()
        self.report.add("redefine.p99_vs_before",
                        [b["p99_us"] / a["p99_us"] for a, b in zip(before, during)],
                        note=f"event to change, at {half:,.0f} events/s")
        self.add_latency("redefine_before", before, "no definition changes")
        self.add_latency("redefine_beside", during, "one definition after the other changes")
        self.report.add("redefine.seconds", seconds, "s",
                        f"a new definition over {self.visitors:,} visitors beside that")

    def keep_redefining(self, server, over, seconds):
        while not over.is_set():
            days = 3 + len(seconds) % 20
            seconds.append(server.redefine("bench_redefined",
                                           f"count(view_item, {days}d) >= 3 and not did(purchase, 7d)"))

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
        self.fill()
        say("== Decisions over HTTP")
        with Server(self.config, self.store) as server:
            about = f", offers for {server.share_offered():.0%} of the visitors"
            common = ("--visitors", str(self.visitors), "--duration", self.seconds)
            top = load(server.url, "--mode", "decide", *common)["requests_per_s"]
            runs = [load(server.url, "--mode", "decide", "--rate", f"{top / 2:.0f}", *common)
                    for _ in range(self.runs)]
            self.add_latency("decide", [run["latency"] for run in runs],
                             f"at {top / 2:,.0f} decisions/s{about}")
            self.floor("decide_floor", top / 2)
            if self.top_rate:
                half = self.top_rate / 2
                runs = [load(server.url, "--mode", "ws", "--rate", f"{half:.0f}", "--decide-rate",
                             "500", *common)["decide"] for _ in range(self.runs)]
                self.add_latency("decide_under_load", runs, f"beside {half:,.0f} events/s")
            server.stop()

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

    def floor(self, name, rate):
        """What this machine and the loader take for a request that needs no work: nginx answers an
        empty GIF, at the same rate of requests, on the same cores."""
        with Nginx(self.folder, None) as nginx:
            runs = [load(nginx.url, "--mode", "pixel", "--rate", f"{rate:.0f}", "--visitors",
                         str(self.visitors), "--duration", self.seconds)["latency"]
                    for _ in range(self.runs)]
        self.add_latency(name, runs, f"nginx, an empty GIF, {rate:,.0f} requests/s")

    def add_latency(self, name, latencies, note):
        if any(latency["samples"] == 0 for latency in latencies):
            for part in ("p50_us", "p99_us", "p999_us"):
                self.report.fail(f"{name}.{part}", "no answer was seen")
            return
        for part in ("p50_us", "p99_us", "p999_us"):
            self.report.add(f"{name}.{part}", [latency[part] for latency in latencies], "us", note)

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


def measure(parser, names, make, if_named=()):
    """Runs those of `names` and `if_named` that the command line gives, or all of `names`, as methods of
    make(report, quick); prints the table. Returns the exit code."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=" ".join([*names, *if_named]))
    options = parser.parse_args()
    for name in options.names:
        if name not in names and name not in if_named:
            parser.error(f"there is no '{name}'; choose from {' '.join(names)}")
    report = Report(options.json)
    subject = make(report, options.quick)
    for name in options.names or names:
        try:
            getattr(subject, name)()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            report.fail(name, str(error))
    report.print_table()
    return 1 if report.failures else 0


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
