"""How long an answer takes at half of the highest rate, by `rekindle load`'s open loop: from an event to the
change, the exit or the decision that follows from it, beside definitions that change, and over HTTP."""
import contextlib
import threading

from report import say
from servers import Nginx, Server, load


FIXED_RATE = 75_000  # half of what ws64 must reach: the same load whatever this build's highest rate is


def half_of_highest(bench):
    if bench.top_rate is None:
        bench.ws64()
    return bench.top_rate / 2


@contextlib.contextmanager
def loaded(bench, rate, words, prepare=None):
    """A server with its visitors in memory, and the options that load it with so many events a second."""
    bench.fill()
    say(f"== {words} {rate:,.0f} events/s")
    with Server(bench.config, bench.store) as server:
        if prepare:
            prepare(server)
        options = ("--mode", "ws", "--frame", "64", "--visitors", str(bench.visitors), "--rate",
                   f"{rate:.0f}")
        load(server.url, *options, "--duration", "30s")  # visitors come back into memory
        yield server, options
        server.stop()


def beside(bench, rate, name, option, words, prepare=None, reported=None):
    """Latencies that `rekindle load` measures by one of its options, as `name` of its answer, beside
    WebSocket frames of so many events a second."""
    with loaded(bench, rate, words, prepare) as (server, options):
        runs = [load(server.url, *options, option, "--duration", bench.seconds)
                for _ in range(bench.runs)]
    add_latency(bench, reported or name, [run[name] for run in runs], f"beside {rate:,.0f} events/s")


def change(bench):
    half = half_of_highest(bench)
    beside(bench, half, "change", "--changes", "Event to audience change, beside")
    floor(bench, "change_floor", half / 64)
    beside(bench, FIXED_RATE, "change", "--changes", "Event to audience change, beside",
           reported="change_75k")


def exits(bench):
    """How late it is told that somebody left an audience by time alone."""
    beside(bench, half_of_highest(bench), "exit", "--exits", "Exits by time alone, beside",
           lambda server: server.redefine("load_exit", "did(sign_up, 2s)"))


def visible(bench):
    """How long after an event a decision that is followed shows what it changed."""
    beside(bench, half_of_highest(bench), "visible", "--live-decisions", "Event to decision, beside")


def redefine(bench):
    """The same event-to-change latency without and with a redefinition of all visitors under
    way: one follows the other for as long as the loader measures, in turns with none."""
    half = half_of_highest(bench)
    with loaded(bench, half, "Definitions that change beside") as (server, options):
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
