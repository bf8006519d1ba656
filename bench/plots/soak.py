#!/usr/bin/python3
"""Draws a soak: soak.py DIR reads soak.jsonl and soak.json there and writes soak.png."""
import json
import pathlib
import sys

from paper import BLUE, GREEN, GREY, ORANGE, RED, machine_line, plt, save

MIB = 1024 * 1024
AIM_MS = 5


def column(rows, name, scale=1.0):
    return [row[name] * scale for row in rows]


def mark_herds(axes, rows):
    for row in rows:
        if row["herds_due"]:
            axes.axvline(row["second"], color=GREY, linewidth=0.6, alpha=0.6)


def draw_throughput(axes, rows):
    axes.set_title("events a second")
    axes.plot(column(rows, "second"), column(rows, "events"), color=BLUE)
    axes.set_ylim(bottom=0)


def draw_latency(axes, rows, slow):
    axes.set_title("event to change on a subscriber's socket, ms of each second; grey: a herd is due")
    seconds = column(rows, "second")
    for name, color in (("p999", RED), ("p99", ORANGE), ("p50", GREEN)):
        axes.plot(seconds, column(rows, f"change_{name}_us", 1e-3), color=color,
                  label={"p999": "p99.9"}.get(name, name))
    axes.axhline(AIM_MS, color=GREY, linestyle="--", linewidth=0.8)
    axes.plot([one["second"] for one in slow], [one["change_p999_us"] / 1e3 for one in slow], "v",
              color=RED, markersize=4)
    axes.set_yscale("log")
    axes.legend(ncol=3, loc="upper right")
    mark_herds(axes, rows)


def draw_stops(axes, rows):
    axes.set_title("longest time the machine stood still in each second, ms")
    axes.plot(column(rows, "second"), column(rows, "longest_stop_us", 1e-3), color=GREY)
    axes.set_yscale("log")


def draw_memory(axes, rows):
    axes.set_title("memory, MiB")
    axes.plot(column(rows, "second"), column(rows, "rss_bytes", 1 / MIB), color=BLUE, label="resident")
    axes.plot(column(rows, "second"), column(rows, "cache_bytes", 1 / MIB), color=GREEN,
              label="visitors in the cache")
    axes.set_ylim(bottom=0)
    axes.legend(ncol=2, loc="lower right")


def draw_disk(axes, rows):
    axes.set_title("disk, MiB")
    axes.plot(column(rows, "second"), column(rows, "log_bytes", 1 / MIB), color=BLUE, label="log")
    axes.plot(column(rows, "second"), column(rows, "state_bytes", 1 / MIB), color=ORANGE, label="state")
    axes.set_ylim(bottom=0)
    axes.legend(ncol=2, loc="upper left")


def draw_background(axes, rows):
    axes.set_title("who used the cores, ms of each second")
    seconds = column(rows, "second")
    for name, color in (("shard", BLUE), ("io", GREEN), ("writer", ORANGE), ("compaction", RED),
                        ("flush", GREY)):
        axes.plot(seconds, column(rows, f"{name}_ms"), color=color, label=name)
    axes.set_ylim(bottom=0)
    axes.legend(ncol=5, loc="upper right")


def draw_deadlines(axes, rows):
    axes.set_title("deadlines fired a second (over seconds, as all of these)")
    axes.plot(column(rows, "second"), column(rows, "fires"), color=BLUE)
    axes.set_ylim(bottom=0)
    mark_herds(axes, rows)


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = [json.loads(line) for line in (folder / "soak.jsonl").read_text().splitlines()]
    summary = json.loads((folder / "soak.json").read_text())
    figure, axes = plt.subplots(7, 1, figsize=(11, 15), sharex=True, layout="constrained",
                                height_ratios=[1, 2, 1, 1, 1, 1, 1])
    draw_throughput(axes[0], rows)
    draw_latency(axes[1], rows, summary["excursions"])
    draw_stops(axes[2], rows)
    draw_memory(axes[3], rows)
    draw_disk(axes[4], rows)
    draw_background(axes[5], rows)
    draw_deadlines(axes[6], rows)
    save(figure, folder / "soak.png", machine_line(summary["machine"]) + f"; {summary['command']}")


if __name__ == "__main__":
    main()
