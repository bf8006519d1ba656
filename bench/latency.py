"""How long an answer takes at half of the highest rate, by `rekindle load`'s open loop: from an event to the
change, the exit or the decision that follows from it, beside definitions that change, and over HTTP."""
import contextlib
import threading

from report import say
from servers import Nginx, Server, load


@contextlib.contextmanager
def half_loaded(bench, words, prepare=None):
    """A server with its visitors in memory; half of the highest rate; the options that load it so."""
    if bench.top_rate is None:
        bench.ws64()
    bench.fill()
    half = bench.top_rate / 2
    say(f"== {words} {half:,.0f} events/s")
    with Server(bench.config, bench.store) as server:
        if prepare:
            prepare(server)
        options = ("--mode", "ws", "--frame", "64", "--visitors", str(bench.visitors), "--rate",
                   f"{half:.0f}")
        load(server.url, *options, "--duration", "30s")  # visitors come back into memory
        yield server, half, options
        server.stop()


def at_half_rate(bench, name, option, words, prepare=None):
    """Latencies that `rekindle load` measures by one of its options, beside WebSocket frames at
    half of the highest rate. Returns that rate."""
    with half_loaded(bench, words, prepare) as (server, half, options):
        runs = [load(server.url, *options, option, "--duration", bench.seconds)
                for _ in range(bench.runs)]
    add_latency(bench, name, [run[name] for run in runs], f"beside {half:,.0f} events/s")
    return half


def change(bench):
    half = at_half_rate(bench, "change", "--changes", "Event to audience change, beside")
    floor(bench, "change_floor", half / 64)


def exits(bench):
    """How late it is told that somebody left an audience by time alone."""
    at_half_rate(bench, "exit", "--exits", "Exits by time alone, beside",
                 lambda server: server.redefine("load_exit", "did(sign_up, 2s)"))


def visible(bench):
    """How long after an event a decision that is followed shows what it changed."""
    at_half_rate(bench, "visible", "--live-decisions", "Event to decision, beside")


def redefine(bench):
    """The same event-to-change latency without and with a redefinition of all visitors under
    way: one follows the other for as long as the loader measures, in turns with none."""
    with half_loaded(bench, "Definitions that change beside") as (server, half, options):
        before, during, seconds = [], [], []
        for _ in range(bench.runs):
            timed = (*options, "--changes", "--duration", bench.seconds)
            before.append(load(server.url, *timed)["change"])
            over = threading.Event()
            changer = threading.Thread(target=keep_redefining,
                                       args=(server, over, seconds))
            changer.start()
            during.append(load(server.url, *timed)["change"])
            over.set()
            changer.join()
    bench.report.add("redefine.p99_vs_before",
                     [b["p99_us"] / a["p99_us"] for a, b in zip(before, during)],
                     note=f"event to change, at {half:,.0f} events/s")
    add_latency(bench, "redefine_before", before, "no definition changes")
    add_latency(bench, "redefine_beside", during, "one definition after the other changes")
    bench.report.add("redefine.seconds", seconds, "s",
                     f"a new definition over {bench.visitors:,} visitors beside that")


def keep_redefining(server, over, seconds):
    while not over.is_set():
        days = 3 + len(seconds) % 20
        seconds.append(server.redefine("bench_redefined",
                                       f"count(view_item, {days}d) >= 3 and not did(purchase, 7d)"))


def decide(bench):
    bench.fill()
    say("== Decisions over HTTP")
    with Server(bench.config, bench.store) as server:
        server.wait_for_model()
        about = f", offers for {server.share_offered():.0%} of the visitors"
        common = ("--visitors", str(bench.visitors), "--duration", bench.seconds)
        top = load(server.url, "--mode", "decide", *common)["requests_per_s"]
        runs = [load(server.url, "--mode", "decide", "--rate", f"{top / 2:.0f}", *common)
                for _ in range(bench.runs)]
        add_latency(bench, "decide", [run["latency"] for run in runs],
                    f"at {top / 2:,.0f} decisions/s{about}")
        floor(bench, "decide_floor", top / 2)
        if bench.top_rate:
            half = bench.top_rate / 2
            runs = [load(server.url, "--mode", "ws", "--rate", f"{half:.0f}", "--decide-rate",
                         "500", *common)["decide"] for _ in range(bench.runs)]
            add_latency(bench, "decide_under_load", runs, f"beside {half:,.0f} events/s")
        server.stop()


def floor(bench, name, rate):
    """What this machine and the loader take for a request that needs no work: nginx answers an
    empty GIF, at the same rate of requests, on the same cores."""
    with Nginx(bench.folder, None) as nginx:
        runs = [load(nginx.url, "--mode", "pixel", "--rate", f"{rate:.0f}", "--visitors",
                     str(bench.visitors), "--duration", bench.seconds)["latency"]
                for _ in range(bench.runs)]
    add_latency(bench, name, runs, f"nginx, an empty GIF, {rate:,.0f} requests/s")


def add_latency(bench, name, latencies, note):
    if any(latency["samples"] == 0 for latency in latencies):
        for part in ("p50_us", "p99_us", "p999_us"):
            bench.report.fail(f"{name}.{part}", "no answer was seen")
        return
    for part in ("p50_us", "p99_us", "p999_us"):
        bench.report.add(f"{name}.{part}", [latency[part] for latency in latencies], "us", note)
