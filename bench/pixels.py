"""The pixel's whole pipeline against nginx that answers an empty GIF and logs."""
import statistics

from report import say
from servers import Nginx, Server, cpu_of, load


def add_costs(costs, cpu):
    for key, value in cpu.items():
        costs.setdefault(key, []).append(value)


def measure(bench):
    bench.fill()
    say("== Pixel against nginx, each on core 0, the loader on core 1, in turns")
    options = ("--mode", "pixel", "--connections", "64", "--visitors", str(bench.visitors),
               "--duration", bench.seconds, "--warmup", "2s")
    ours, theirs, shares, costs = [], [], [], {}
    with Nginx(bench.folder, 0) as nginx, Server(bench.config, bench.store, core=0) as server:
        for _ in range(bench.runs):
            run, cpu = run_of(nginx.url, nginx.worker(), options)
            theirs.append(run["events_per_s"])
            add_costs(costs, cpu)
            run, cpu = run_of(server.url, server.process.pid, options)
            ours.append(run["events_per_s"])
            shares.append(run["own_cpu_share"])
            add_costs(costs, cpu)
        server.stop()
    bench.report.add("pixel.vs_nginx", [a / b for a, b in zip(ours, theirs)],
                     note=f"loader used {statistics.median(shares):.0%} of its core")
    bench.report.add("pixel.events_per_s", ours, "1/s")
    bench.report.add("pixel.nginx_per_s", theirs, "1/s")
    for (name, kind), each in sorted(costs.items()):
        if statistics.median(each) >= 0.05:
            bench.report.add(f"pixel.cpu_us.{name}.{kind}", each, "us", "a request")


def run_of(url, pid, options):
    """A run, and what each thread of the server took for one request, in microseconds."""
    before = cpu_of(pid)
    run = load(url, *options, core=1)
    after = cpu_of(pid)
    # The loader's warm-up of 2 s is in it: as many requests a second as in the run.
    requests = run["requests_per_s"] * (run["seconds"] + 2)
    return run, {key: (after[key] - before.get(key, 0.0)) / requests * 1e6 for key in after}
