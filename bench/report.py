"""Named figures: the machine they were taken on, a table or JSON of them, and the command line that says
which to take. What `./dev bench` and `./dev peers` share."""
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

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
