"""What an event costs as the shop grows: with 1, 10 and 100 times the visitors, and with 30 to 1,000
audiences. The engine in process (bench_core), so that the load generator is no part of it. Unless it is to
try only, the table is written to bench/results/growth.json and drawn."""
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "results"
PLOTS = "/usr/bin/python3"  # Debian's, which Debian's matplotlib is for
VISITORS = (10_000, 100_000, 1_000_000)
AUDIENCES = (30, 100, 300, 1_000)
OF_AUDIENCES = 100_000  # visitors: each has one session before what is measured
OF_BOTH = ("events_per_s", "bytes_per_hot_visitor")


def more_audiences(text, count):
    """bench.yaml with `count` audiences: each kind again and again, with other numbers."""
    head, own = text.split("\naudiences:\n")
    lines = [line for line in own.splitlines() if line.strip()]
    kinds = [(name.strip().rstrip(":"), when.strip()) for name, when in zip(lines[::2], lines[1::2])]
    out = [head, "audiences:"]
    for i in range(count):
        name, when = kinds[i % len(kinds)]
        again = i // len(kinds)
        if again:  # another window or number, of the same unit
            when = re.sub(r"\b(\d+)([mhd]?)\b(?!\")", lambda m: f"{int(m[1]) + again}{m[2]}", when)
            name = f"{name}_{again}"
        out += [f"  {name}:", f"    {when}"]
    return "\n".join(out) + "\n"


def short(number):
    for unit, size in (("m", 1_000_000), ("k", 1_000)):
        if number >= size and number % size == 0:
            return f"{number // size}{unit}"
    return str(number)


def add(bench, rows, axis, size, figures):
    row = {"axis": axis, "size": size}
    for figure in figures:
        own = figure["name"].split(".", 1)[1]
        if own in OF_BOTH:
            row[own], row[f"{own}_spread"] = figure["value"], figure["spread"]
            bench.report.add_measured(**{**figure, "name": f"growth.{axis}_{short(size)}.{own}"})
    rows.append(row)


def measure(bench):
    rows = []
    bench.report.say("== The engine with 10,000 to 1,000,000 visitors")
    for visitors in VISITORS[:2] if bench.quick else VISITORS:
        add(bench, rows, "visitors", visitors, bench.core_figures(bench.config, visitors))
    measure_audiences(bench, rows)
    if not bench.quick:
        keep(bench.report.about, rows)


def measure_audiences(bench, rows):
    bench.report.say("== The engine with 30 to 1,000 audiences")
    text = bench.config.read_text(encoding="utf-8")
    for count in AUDIENCES:
        config = bench.folder / f"audiences_{count}.yaml"
        config.write_text(more_audiences(text, count), encoding="utf-8")
        events = 1_000_000 if count > 100 else 2_000_000
        add(bench, rows, "audiences", count, bench.core_figures(config, OF_AUDIENCES, events=events))


def measure_10m(bench):
    """More visitors than fit into the cache: the coldest are read back from the store."""
    figures = bench.core_figures(bench.config, 10_000_000)
    add(bench, [], "visitors", 10_000_000, figures)


def keep(about, rows):
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / "growth.json"
    kept.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    subprocess.run([PLOTS, HERE / "plots/growth.py", RESULTS], check=True)
