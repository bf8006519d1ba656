#!/usr/bin/python3
"""Draws what an event costs as the shop grows: growth.py DIR reads growth.json there and writes
growth.png."""
import json
import pathlib
import sys

from paper import BLUE, GREY, machine_line, plt, save


def draw(axes, rows, axis, title):
    own = [row for row in rows if row["axis"] == axis]
    sizes = [row["size"] for row in own]
    times = [1e9 / row["events_per_s"] for row in own]
    axes.set_title(title)
    axes.loglog(sizes, times, "o-", color=BLUE, label="measured")
    axes.loglog(sizes, [times[0] * size / sizes[0] for size in sizes], "--", color=GREY,
                label="if it grew as much")
    for row, time in zip(own, times):
        axes.annotate(f"{row['events_per_s'] / 1e3:,.0f}k/s", (row["size"], time), fontsize=8,
                      textcoords="offset points", xytext=(0, -13), ha="center")
    axes.set_xlabel(axis)
    axes.set_ylabel("ns an event")
    axes.set_ylim(bottom=min(times) / 2, top=max(times) * 12)
    axes.margins(x=0.12)
    axes.legend(loc="upper left")


def main():
    folder = pathlib.Path(sys.argv[1])
    kept = json.loads((folder / "growth.json").read_text(encoding="utf-8"))
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2))
    figure.subplots_adjust(left=0.07, right=0.98, top=0.9, bottom=0.17, wspace=0.2)
    draw(axes[0], kept["rows"], "visitors", "one shard, 30 audiences")
    draw(axes[1], kept["rows"], "audiences", "one shard, 100,000 visitors")
    save(figure, folder / "growth.png", machine_line(kept["machine"]) + "; ./dev bench growth")


if __name__ == "__main__":
    main()
