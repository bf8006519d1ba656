#!/usr/bin/env python3
"""Half load for half an hour, with everything that goes on in a server's life: checkpoints, compactions,
deadlines, herds of them, decisions, a subscriber who reads too slowly.

    ./dev soak [--minutes 30] [--rate EVENTS/S] [--visitors N] [--out bench/results]

Without --rate it is half of what `./dev bench ws64` measures first. Writes soak.jsonl (a row a second),
soak.json (what they say) and soak.png; names each second whose 99.9th percentile from event to change is
over 5 ms, with what went on in it. Exit status 1 when an event or a change was lost, or anything broke.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from beside import Herds, SlowSubscriber  # noqa: E402
from judge import judge, text  # noqa: E402
from report import ROOT, Report, machine, say  # noqa: E402
from run import Bench  # noqa: E402
from sampler import Machine, Sampler  # noqa: E402
from servers import BUILD, PROGRAM, Server, load  # noqa: E402

FOLLOWED = ["viewers_now", "active_now", "cart_over_100", "newcomers"]  # that change all the time
PLOTS = "/usr/bin/python3"  # Debian's, which Debian's matplotlib is for


class Soak:
    def __init__(self, options, folder):
        self.options = options
        self.bench = Bench(Report(as_json=False), folder, quick=False)
        self.bench.visitors = options.visitors
        self.herd_window = min(45, options.herd_every)
        self.add_audiences()

    def add_audiences(self):
        """Of the probes, which leave by time, and of the herds."""
        text_before = self.bench.config.read_text(encoding="utf-8")
        herds = Herds(0, 1, 1, self.herd_window)
        self.bench.config.write_text(
            text_before.rstrip() + f"\n  load_exit:\n    when: did(sign_up, 2s)\n"
            f"  {Herds.AUDIENCE}:\n    when: {herds.definition()}\n", encoding="utf-8")

    def rate(self):
        if self.options.rate:
            return self.options.rate
        self.bench.ws64()
        return self.bench.top_rate / 2

    def run(self):
        """(rows, faults, rate)"""
        rate = self.rate()
        if not self.options.fresh:
            self.bench.fill()
        say(f"== A soak of {self.options.seconds} s at {rate:,.0f} events/s")
        with Server(self.bench.config, self.bench.store) as server:
            common = ("--mode", "ws", "--frame", "64", "--visitors", str(self.options.visitors),
                      "--rate", f"{rate:.0f}")
            if self.options.warm:
                load(server.url, *common, "--duration", f"{self.options.warm}s")
            rows, faults = self.soak(server, common)
            server.stop()
        return rows, faults, rate

    def soak(self, server, common):
        herds = Herds(server.port, self.options.herd_every, self.options.herd_visitors,
                      self.herd_window)
        slow = SlowSubscriber(server.port, FOLLOWED)
        applied = server.metric("rekindle_events_total")
        with Machine(BUILD / "bench/bench_machine") as stops:
            sampler = Sampler(server, stops, herds)
            herds.start()
            slow.start()
            rows, last = self.load(server, common, sampler)
            herds.stop()
            slow.stop()
        applied = server.metric("rekindle_events_total") - applied
        return rows, self.faults(last, herds, slow, applied)

    def load(self, server, common, sampler):
        """(a row a second, the generator's last word)"""
        command = [str(PROGRAM), "load", "--json", "--to", server.url, *common, "--warmup", "0s",
                   "--duration", f"{self.options.seconds}s", "--every", "1s", "--changes", "--exits",
                   "--probe-rate", str(self.options.probe_rate), "--decide-rate",
                   str(self.options.decide_rate)]
        rows, last = [], None
        with open(self.options.out / "soak.jsonl", "w", encoding="utf-8") as out, \
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as loader:
            for line in loader.stdout:
                said = json.loads(line)
                if "at_ms" not in said:
                    last = said
                    continue
                rows.append(sampler.row(said))
                out.write(json.dumps(rows[-1]) + "\n")
                out.flush()
        if loader.returncode != 0 or last is None:
            raise RuntimeError(f"rekindle load ended with {loader.returncode}")
        return rows, last

    @staticmethod
    def faults(last, herds, slow, applied):
        faults = [fault for fault in (herds.fault, slow.fault) if fault]
        wanted = last["accepted"] + last["probes"] + herds.accepted
        if applied != wanted:
            faults.append(f"{wanted:,.0f} events were acknowledged, {applied:,.0f} applied")
        for name in ("failed", "unanswered", "decide_failed", "probes_missing"):
            if last[name]:
                faults.append(f"{name}: {last[name]}")
        return faults


def draw(out):
    """True when it could."""
    done = subprocess.run([PLOTS, str(HERE.parent / "plots/soak.py"), str(out)], check=False)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, help="events a second; default: half of the highest")
    parser.add_argument("--visitors", type=int, default=1_000_000)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/results")
    parser.add_argument("--warm", type=int, default=30, help="seconds of load before; not judged")
    parser.add_argument("--settle", type=int, default=5, help="first seconds that are not judged")
    parser.add_argument("--probe-rate", type=int, default=1_000, help="changes timed, a second")
    parser.add_argument("--decide-rate", type=int, default=200)
    parser.add_argument("--herd-every", type=int, default=60, help="seconds")
    parser.add_argument("--herd-visitors", type=int, default=20_000)
    parser.add_argument("--fresh", action="store_true", help="begin with an empty store")
    parser.add_argument("--no-plot", action="store_true")
    options = parser.parse_args()
    options.seconds = round(options.minutes * 60)
    options.out.mkdir(parents=True, exist_ok=True)
    about = machine()  # what was measured, whatever is committed meanwhile
    with tempfile.TemporaryDirectory(prefix="rekindle-soak-") as folder:
        rows, faults, rate = Soak(options, pathlib.Path(folder)).run()
    summary = {"machine": about, "command": " ".join(["./dev soak", *sys.argv[1:]]),
               "rate": rate, "visitors": options.visitors, "faults": faults,
               **judge(rows, options.settle)}
    (options.out / "soak.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    print(text(summary))
    if not options.no_plot and not draw(options.out):
        faults.append("the plot could not be drawn")
    print("\n".join(faults) or "nothing was lost", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
