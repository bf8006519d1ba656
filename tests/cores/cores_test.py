#!/usr/bin/env python3
"""Which cores a server's threads stay on, as the kernel tells it: with `pin_threads` those that serve
have one each and the others may use all; without it everybody may; with too few cores the server says so.

    cores_test.py [BINARY]
"""
import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "support")]

from server import Server, default_binary  # noqa: E402

SERVING = ("rk-io", "rk-shard")


def cores_of_threads(pid):
    """[(thread's name, the cores it may use)]"""
    threads = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        threads.append(((task / "comm").read_text().strip(), os.sched_getaffinity(int(task.name))))
    return threads


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def check(binary, pin, pins):
    """`pins`: whether it is to be seen."""
    usable = os.sched_getaffinity(0)
    with Server(binary, engine={"pin_threads": pin, "clock": "wall"}).start() as server:
        sent = server.http.post_lines({"visitor": f"v{n}", "type": "page_view"} for n in range(1_000))
        expect(sent.status == 200, f"events were answered {sent}")
        threads = cores_of_threads(server.process.pid)
        expect(server.stop() == 0, "the server did not stop well")
    serving = [(name, cores) for name, cores in threads if name.startswith(SERVING)]
    expect(len(serving) == 2, f"who serves? {threads}")
    for name, cores in threads:
        wanted = 1 if pins and name.startswith(SERVING) else len(usable)
        expect(len(cores) == wanted, f"pin_threads {pin}: {name} may use {cores} of {usable}")
    if pins:
        expect(serving[0][1] != serving[1][1], f"they share one: {serving}")


def check_refusal(binary):
    too_many = len(os.sched_getaffinity(0))
    server = Server(binary, engine={"pin_threads": "on"}, server={"io_threads": too_many})
    with server:
        server.spawn()
        code = server.process.wait()
        said = "\n".join(server.log_tail())
        expect(code == 2, f"exit code {code}: {said}")
        expect(f"{too_many + 1} threads that serve" in said, said)


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    cores = len(os.sched_getaffinity(0))
    check(binary, "off", pins=False)
    check(binary, "auto", pins=cores == 2)
    if cores >= 2:
        check(binary, "on", pins=True)
    check_refusal(binary)
    print("threads stay where they should")


if __name__ == "__main__":
    main()
