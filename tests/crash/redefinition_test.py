#!/usr/bin/env python3
"""Definitions that change while the server is killed, again and again.

    redefinition_test.py [--runs N] [--seed N] [BINARY]

Each run starts the server on the same store, sends a few events, puts or removes an audience through
`rekindle audience` or HTTP, and kills the server at a random moment: before, while or after visitors
are evaluated. What was accepted must be in force in the end, whatever was killed when:
  - the last accepted definition of every name is the one in force, with the configuration unchanged;
  - the members are those of a server that had these definitions from the start;
  - the feed has no gap in (partition, seq) and, replayed, leaves the members the server lists.
"""
import argparse
import http.client
import json
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from server import Server, default_binary  # noqa: E402
from shop import AUDIENCES, make_frame  # noqa: E402

ENGINE = {"clock": "events", "checkpoint_visitors": 40, "checkpoint_events": 150, "cache": "1MiB"}
OTHERS = ["count(any, 20m) >= 2", "cart.items >= 1", "last_seen > 30m", "lifetime.orders >= 2",
          "did(view_item, 3h) and not in(loyal)", "true", "sum(purchase, value, 6h) > 40"]
NAMES = ["busy", "seconds", "shoes", "gone", "fresh", "newest"]
LOST = (OSError, http.client.HTTPException)
FRAMES_AT_FIRST = 60


def put(binary, server, dice, name, when):
    """True when it was accepted. Over the command line now and then."""
    if dice.random() < 0.3:
        done = subprocess.run([binary, "audience", "put", name, when, "--no-wait", "--json",
                               "--to", f"http://127.0.0.1:{server.port}"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 2:
            raise RuntimeError(f"put {name}: {done.stderr}")
        return done.returncode == 0
    answer = server.http.ask("PUT", f"/v1/audiences/{name}", json.dumps({"when": when}))
    if answer.status not in (200, 202):
        raise RuntimeError(f"PUT {name}: {answer}")
    return True


def remove(server, name):
    answer = server.http.ask("DELETE", f"/v1/audiences/{name}")
    if answer.status not in (202, 204, 404):
        raise RuntimeError(f"DELETE {name}: {answer}")
    return True


def change_something(binary, server, dice, whens, unsure):
    name = dice.choice(NAMES)
    when = None if name in ("fresh", "newest") and dice.random() < 0.3 else dice.choice(OTHERS)
    unsure[name] = when
    accepted = remove(server, name) if when is None else put(binary, server, dice, name, when)
    if accepted:
        del unsure[name]
        whens[name] = when


def settle(server):
    """All audiences, once nothing is to come for any."""
    while True:
        listed = server.http.get("/v1/audiences").json()["audiences"]
        if not any("next" in one for one in listed):
            return {one["name"]: one["when"] for one in listed}
        time.sleep(0.01)


def send(server, frames):
    for number in frames:
        if server.http.post_lines(make_frame("one", number)).status != 200:
            raise RuntimeError("a frame was refused")


def resolve(server, whens, unsure):
    """Answers that never came: the server may have accepted the change, or not."""
    listed = settle(server)
    for name, when in list(unsure.items()):
        if listed.get(name) not in (when, whens.get(name)):
            raise RuntimeError(f"{name} is {listed.get(name)!r}, neither {when!r} "
                               f"nor {whens.get(name)!r}")
        whens[name] = listed.get(name)
    unsure.clear()
    expected = {name: when for name, when in whens.items() if when is not None}
    if listed != expected:
        raise RuntimeError(f"in force {listed}\nexpected {expected}")


def feed_members(server):
    changes, _ = server.changes("0")
    inside, last = {}, {}
    for change in changes:
        if change["seq"] != last.get(change["partition"], 0) + 1:
            raise RuntimeError(f"gap in the feed before {change}")
        last[change["partition"]] = change["seq"]
        members = inside.setdefault(change["audience"], set())
        if (change["visitor"] in members) == (change["change"] == "entered"):
            raise RuntimeError(f"the feed does not alternate at {change}")
        (members.add if change["change"] == "entered" else members.discard)(change["visitor"])
    return inside, len(changes)


def run_once(binary, server, dice, state):
    server.config["engine"]["shards"] = dice.choice((1, 2))
    server.start()
    process = server.process
    timer = threading.Timer(dice.uniform(0.01, 0.4), process.kill)
    timer.start()
    try:
        if dice.random() < 0.4:
            resolve(server, state["whens"], state["unsure"])
        while True:
            change_something(binary, server, dice, state["whens"], state["unsure"])
            state["changes"] += 1
            if state["unsure"]:
                break
            send(server, [state["frame"]])
            state["frame"] += 1
    except LOST:
        pass
    timer.join()
    process.wait()
    server.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    state = {"whens": dict(AUDIENCES), "unsure": {}, "frame": FRAMES_AT_FIRST, "changes": 0}
    began = time.monotonic()
    with Server(arguments.binary, AUDIENCES, engine=ENGINE) as server:
        server.start()
        send(server, range(FRAMES_AT_FIRST))
        server.kill()
        for _ in range(arguments.runs):
            run_once(arguments.binary, server, dice, state)
        server.start()
        resolve(server, state["whens"], state["unsure"])
        # A frame whose answer was lost is sent again; events are counted once.
        send(server, [state["frame"]])
        settle(server)
        server.wait_on_time()
        in_force = {name: when for name, when in state["whens"].items() if when is not None}
        feed, changes = feed_members(server)
        with Server(arguments.binary, in_force, engine=ENGINE) as fresh:
            fresh.start()
            send(fresh, range(state["frame"] + 1))
            fresh.wait_on_time()
            for name in in_force:
                size, listed = server.members(name)
                expected = set(fresh.members(name)[1])
                if set(listed) != expected or size != len(listed):
                    raise RuntimeError(f"{name}: {sorted(set(listed) ^ expected)[:5]}")
                if feed.get(name, set()) != expected:
                    raise RuntimeError(f"{name}: the feed leaves others than the members")
        if server.stop() != 0:
            raise RuntimeError("the last graceful stop failed")
    print(f"   {arguments.runs} kills, {state['changes']} definitions, {changes} changes in the "
          f"feed, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
