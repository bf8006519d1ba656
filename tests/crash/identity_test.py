#!/usr/bin/env python3
"""Persons while the server is killed, again and again.

    identity_test.py [--runs N] [--seed N] [BINARY]

Each run starts the server on the same store, sends events in which visitors of several people say who
they are, takes a link back now and then, and kills the server at a random moment. A frame whose
answer was lost is sent again. In the end:
  - every claim the events make was decided once: none lost, none twice;
  - whoever shares a customer number is one person, found by each of their ids, and nobody else is in
    it, but for what was taken back;
  - a person of several visitors is in audiences as one, under one visitor's name: the members are those
    that a count of all their events gives, and the feed's entries and exits alternate and lead there;
  - the journal has no gap, and `rekindle verify` finds the store as its log says.
"""
import argparse
import http.client
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from server import Server, default_binary  # noqa: E402

ENGINE = {"clock": "events", "checkpoint_visitors": 30, "checkpoint_events": 100}
LOST = (OSError, http.client.HTTPException)
PEOPLE = 60
VISITORS = 4  # of each
BEGIN_MS = 1_750_000_000_000
LEAST_VIEWS = 5
AUDIENCES = {"busy": f"count(page_view, 400d) >= {LEAST_VIEWS}",
             "quick": "count(page_view, 3s) >= 1"}  # time alone ends it
FRAME = 10


def make_frame(seed, number):
    """The same number gives the same events, so that it can be sent again."""
    dice = random.Random(seed * 1_000_003 + number)
    events = []
    for nth in range(FRAME):
        person = dice.randrange(PEOPLE)
        visitor = dice.randrange(VISITORS)
        event = {"visitor": f"visitor-{visitor}-of-{person}", "type": "identify",
                 "event_id": f"{number}-{nth}", "at": BEGIN_MS + number * 1000 + nth}
        what = dice.randrange(4)
        if what == 0:
            event["user"] = f"customer-{person}"
        elif what == 1:
            event["props"] = {"email": f"Person{person}@Shop.example"}
        elif what == 2:
            event["props"] = {"device_id": f"device-{visitor // 2}-of-{person}"}
        else:
            event["type"] = "page_view"
        events.append(event)
    return events


def claims_of(events):
    for event in events:
        if "user" in event:
            yield event["visitor"], "user"
        for name, kind in (("email", "email"), ("device_id", "device")):
            if name in event.get("props", {}):
                yield event["visitor"], kind


def journal_of(server):
    lines, after = [], 0
    while True:
        page = server.http.get(f"/v1/identity/decisions?limit=1000&after={after}").json()
        lines += page["decisions"]
        if "after" not in page:
            return lines
        after = page["after"]


def run_once(server, dice, state):
    server.config["engine"]["shards"] = dice.choice((1, 2))
    server.start()
    process = server.process
    timer = threading.Timer(dice.uniform(0.01, 0.5), process.kill)
    timer.start()
    try:
        while True:
            if server.http.post_lines(make_frame(state["seed"], state["frame"])).status != 200:
                raise RuntimeError("a frame was refused")
            state["frame"] += 1
            if dice.random() < 0.02:
                number = dice.randrange(1, 40)
                answer = server.http.post(f"/v1/identity/decisions/{number}/unmerge", "")
                if answer.status not in (200, 404):
                    raise RuntimeError(f"unmerge: {answer}")
    except LOST:
        pass
    timer.join()
    process.wait()
    server.kill()


def groups_of(lines):
    """Visitors by what links are left, joined anew: (visitor, type, person's number of the id)."""
    links = {}
    for line in lines:
        key = (line["visitor"], line["type"])
        if line["kind"] in ("link", "merge"):
            links[key] = line
        elif line["kind"] in ("unmerge", "cut"):
            del links[key]
    groups = {}
    for visitor, kind in links:
        nth, person = visitor[len("visitor-"):].split("-of-")
        thing = f"{kind}-{int(nth) // 2}" if kind == "device" else kind
        node = (person, thing)
        merged = groups.get(visitor, {visitor}) | groups.get(node, {node})
        for member in merged:
            groups[member] = merged
    return {node: frozenset(one for one in group if isinstance(one, str))
            for node, group in groups.items() if isinstance(node, str)}


def feed_members(server):
    """Who is in which audience as the feed leaves it."""
    inside = {name: set() for name in AUDIENCES}
    for change in server.changes("0")[0]:
        members = inside[change["audience"]]
        if (change["visitor"] in members) == (change["change"] == "entered"):
            raise RuntimeError(f"the feed does not alternate at {change}")
        (members.add if change["change"] == "entered" else members.discard)(change["visitor"])
    return inside


def check_audiences(server, events, groups):
    now = max(event["at"] for event in events)
    server.tick(now, settle=True)
    views = [event for event in events if event["type"] == "page_view"]
    persons = {groups.get(event["visitor"], frozenset({event["visitor"]})) for event in events}
    left = feed_members(server)
    for name, least, since in (("busy", LEAST_VIEWS, 0), ("quick", 1, now - 3000)):
        members = set(server.members(name)[1])
        if members != left[name]:
            raise RuntimeError(f"{name}: the feed leaves others than the members")
        for person in persons:
            count = sum(view["visitor"] in person and view["at"] > since for view in views)
            named = members & person
            if len(named) != (1 if count >= least else 0):
                raise RuntimeError(f"{name}: {sorted(person)} did {count}, {sorted(named)} are members")


def check(server, state):
    events = [event for number in range(state["frame"]) for event in make_frame(state["seed"], number)]
    # Whatever changes persons first decides on what was claimed: so does a change of nothing.
    if server.http.post("/v1/identity/decisions/999999999/unmerge", "").status != 404:
        raise RuntimeError("a decision nobody made was taken back")
    lines = journal_of(server)
    if [line["decision"] for line in lines] != list(range(1, len(lines) + 1)):
        raise RuntimeError("the journal has a gap")
    decided = [(line["visitor"], line["type"]) for line in lines
               if line["kind"] in ("link", "merge", "refuse")]
    expected = set(claims_of(events))
    if len(decided) != len(set(decided)) or set(decided) != expected:
        raise RuntimeError(f"{len(decided)} decided, {len(expected)} claimed")
    groups = groups_of(lines)
    for visitor, group in groups.items():
        body = server.http.get(f"/v1/visitors/{visitor}").json()
        ids = body["person"]["ids"]
        found = frozenset(one["visitor"] for one in ids if one["type"] == "visitor")
        if found != group:
            raise RuntimeError(f"{visitor}: {sorted(found)}, expected {sorted(group)}")
    check_audiences(server, events, groups)
    for visitor in {event["visitor"] for event in events} - set(groups):
        if "person" in server.http.get(f"/v1/visitors/{visitor}").json():
            raise RuntimeError(f"{visitor} is linked with nobody")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    state = {"seed": arguments.seed, "frame": 0}
    began = time.monotonic()
    with Server(arguments.binary, AUDIENCES, engine=ENGINE) as server:
        for _ in range(arguments.runs):
            run_once(server, dice, state)
        server.start()
        # A frame whose answer was lost is sent again; events are counted once.
        if server.http.post_lines(make_frame(state["seed"], state["frame"])).status != 200:
            raise RuntimeError("the last frame was refused")
        state["frame"] += 1
        lines = check(server, state)
        if server.stop() != 0:
            raise RuntimeError("the graceful stop failed")
        verified = subprocess.run([arguments.binary, "verify", "--config", str(server.config_path)],
                                  capture_output=True, text=True, check=False)
        if verified.returncode != 0:
            raise RuntimeError(f"verify: {verified.stdout}{verified.stderr}")
        server.start()
        if check(server, state) != lines:
            raise RuntimeError("the journal differs after a start")
    kinds = {kind: sum(line["kind"] == kind for line in lines)
             for kind in ("link", "merge", "refuse", "cut", "unmerge")}
    print(f"   {arguments.runs} kills, {state['frame'] * FRAME} events, {kinds}, "
          f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
