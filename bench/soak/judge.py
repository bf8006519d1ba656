"""What a soak's rows say: which seconds were slow, what went on in them, whether memory stayed flat."""
import statistics

AIM_US = 5_000       # of the 99.9th percentile from event to change
STOP_US = 1_000      # of the machine: less is no reason
STOLEN_MS = 20
LATE_MS = 10         # deadlines: those of a herd
COMPACTION_MS = 50   # of a core, in a second
FLUSH_MS = 20


def causes(row, usual_fires):
    """What went on in a second that may have kept events waiting."""
    found = []
    if row["longest_stop_us"] >= STOP_US or row["stolen_ms"] >= STOLEN_MS:
        found.append("machine")
    if row["state_stalling"]:
        found.append("stall")
    if row["deadline_lag_ms"] >= LATE_MS or row["herds_due"] or row["fires"] > 3 * usual_fires + 100:
        found.append("herd")
    if row["compaction_ms"] >= COMPACTION_MS:
        found.append("compaction")
    if row["flush_ms"] >= FLUSH_MS:
        found.append("flush")
    if row["checkpoints"]:
        found.append("checkpoint")
    if row["slow_readers"]:
        found.append("slow subscriber")
    return found


def judge(rows, settle):
    """A summary; the first `settle` seconds are not judged."""
    judged = [row for row in rows if row["second"] > settle]
    usual_fires = statistics.median(row["fires"] for row in judged)
    told = [(row, causes(row, usual_fires)) for row in judged]
    slow = [(row, why) for row, why in told if row["change_p999_us"] > AIM_US]
    calm = [(row, why) for row, why in told if row["change_p999_us"] <= AIM_US]
    names = sorted({cause for _, why in told for cause in why})

    def share(of, cause):
        return round(sum(cause in why for _, why in of) / len(of), 3) if of else None

    return {
        "seconds": len(judged),
        "events_per_s": statistics.median(row["events"] for row in judged),
        "change_p50_us": statistics.median(row["change_p50_us"] for row in judged),
        "change_p99_us": statistics.median(row["change_p99_us"] for row in judged),
        "change_p999_us": statistics.median(row["change_p999_us"] for row in judged),
        "change_max_us": max(row["change_max_us"] for row in judged),
        "excursions": [{"second": row["second"], "change_p999_us": row["change_p999_us"],
                        "longest_stop_us": row["longest_stop_us"], "causes": why}
                       for row, why in slow],
        "unexplained": sum(not why for _, why in slow),
        # In which share of the slow seconds each went on, and of the calm ones: what is as usual in
        # both explains nothing.
        "causes": {name: {"slow": share(slow, name), "calm": share(calm, name)} for name in names},
        "memory_growth": memory_growth(judged),
        "stalls": sum(row["state_stalling"] for row in judged),
        "refused": sum(row["refused"] + row["overloads"] for row in judged),
        "slow_readers_closed": sum(row["slow_readers"] for row in judged),
        "checkpoints": sum(row["checkpoints"] for row in judged),
        "compaction_seconds": round(sum(row["compaction_ms"] for row in judged) / 1e3, 1),
    }


def memory_growth(rows):
    """The median resident memory of the last third ÷ that of the third before it, less one."""
    third = max(1, len(rows) // 3)
    middle = statistics.median(row["rss_bytes"] for row in rows[-2 * third:-third] or rows)
    return round(statistics.median(row["rss_bytes"] for row in rows[-third:]) / middle - 1, 4)


def text(summary):
    lines = [f"{summary['seconds']} s at {summary['events_per_s']:,.0f} events/s: event to change "
             f"p50 {summary['change_p50_us']:,.0f}, p99 {summary['change_p99_us']:,.0f}, p99.9 "
             f"{summary['change_p999_us']:,.0f} us (of a second; medians), at most "
             f"{summary['change_max_us'] / 1e3:,.1f} ms",
             f"memory {summary['memory_growth']:+.1%} from one third to the next; "
             f"{summary['stalls']:.0f} s stalled, {summary['refused']:.0f} refusals, "
             f"{summary['checkpoints']:.0f} checkpoints, {summary['compaction_seconds']} s of compaction",
             f"{len(summary['excursions'])} seconds with p99.9 over {AIM_US / 1e3:.0f} ms, "
             f"{summary['unexplained']} of them without a cause"]
    for name, shares in summary["causes"].items():
        of_slow = "-" if shares["slow"] is None else f"{shares['slow']:.0%}"
        of_calm = "-" if shares["calm"] is None else f"{shares['calm']:.0%}"
        lines.append(f"   {name}: in {of_slow} of the slow seconds, {of_calm} of the others")
    for one in summary["excursions"][:50]:
        lines.append(f"   second {one['second']}: {one['change_p999_us'] / 1e3:.1f} ms, the machine "
                     f"stopped for {one['longest_stop_us'] / 1e3:.1f}: "
                     + (", ".join(one["causes"]) or "nothing known"))
    return "\n".join(lines)
