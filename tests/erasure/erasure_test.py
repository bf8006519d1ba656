#!/usr/bin/env python3
"""Forgets visitors on a real server that is killed while it does, and looks for them everywhere.

    erasure_test.py [--runs N] [--seed N] [BINARY]

Visitors come and go; some are erased, over HTTP, and the server is killed at random moments of
that: before, while and after the log is cleared. In the end
  - every receipt is complete, and its hash is the one its secret and the visitor's name give;
  - no answer knows an erased visitor, in the feed their changes are nobody's;
  - no file of the store has their name or key;
  - everybody else is, field by field, who they are on a server where nobody was erased;
  - `rekindle verify` finds the store to be what its log says, and the server starts again.
"""
import argparse
import hashlib
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from server import SITE, Server, default_binary  # noqa: E402
from xxh3 import visitor_key  # noqa: E402

HOUR = 3_600_000
START = 1_700_000_000_000
AUDIENCES = {
    "viewers": "count(view_item, 30d) >= 2",
    "buyers": "lifetime.orders >= 1",
    "quiet": "since(any) >= 2h",
}
ENGINE = {"clock": "events", "checkpoint_visitors": 20, "checkpoint_events": 100, "cache": "1MiB"}


def name_of(number):
    return f"q{hashlib.sha256(str(number).encode()).hexdigest()[:15]}"  # 16 bytes


def visit(number, turn):
    name, at = name_of(number), START + turn * HOUR // 4
    events = [{"visitor": name, "type": "view_item", "at": at + i * 1000,
               "event_id": f"{number}-{turn}-{i}", "user": f"user-{name}",
               "items": [{"product": f"p{(number + i) % 7}", "price": "3.50"}]} for i in range(4)]
    events.append({"visitor": name, "type": "purchase", "at": at + 9000,
                   "event_id": f"{number}-{turn}-o", "order": f"o-{number}-{turn}",
                   "value": "7.00"})
    events.append({"visitor": name, "type": "no_such_type", "at": at})
    return events


def patterns_of(name):
    """The name, and the visitor's key in the byte orders of the log and of the state store."""
    key = visitor_key(SITE, name).to_bytes(16, "big")
    return [name.encode(), key, key[7::-1] + key[:7:-1]]


def files_with(directory, patterns):
    found = []
    for path in sorted(pathlib.Path(directory).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += [path.name for pattern in patterns if pattern in content]
    return found


def check_receipt(server, receipt, name):
    answer = server.http.get(f"/v1/erasures/{receipt['receipt']}").json()
    text = "\n".join(["rekindle erasure", receipt["receipt"], receipt["secret"], SITE, name])
    if answer["state"] != "complete":
        yield f"{name}: {answer}"
    if answer["proof"] != hashlib.sha256(text.encode()).hexdigest() or "secret" in answer:
        yield f"{name}: the receipt does not prove itself: {answer}"


def without_numbers(visitor):
    """Persons and decisions are numbered as the partitions' claims are followed: in an order that is another in
    every run."""
    person = visitor.get("person")
    if not person:
        return visitor
    links = [{key: value for key, value in link.items() if key != "decision"} for link in person["links"]]
    return {**visitor, "person": {**person, "id": None, "links": links}}


def compare(server, other, erased, numbers):
    for number in erased:
        answer = server.http.get(f"/v1/visitors/{name_of(number)}")
        if answer.status != 404:
            yield f"{name_of(number)} is still known: {answer}"
    for number in set(numbers) - set(erased):
        ours, theirs = (without_numbers(each.http.get(f"/v1/visitors/{name_of(number)}").json())
                        for each in (server, other))
        if ours != theirs:
            yield f"{name_of(number)} differs:\n    {ours}\n    {theirs}"
    gone = {name_of(number) for number in erased}
    ours = [change for change in server.changes()[0] if change["visitor"] is not None]
    theirs = [change for change in other.changes()[0] if change["visitor"] not in gone]
    named = {change["visitor"] for change in ours} & gone
    if named:
        yield f"the feed names {named}"
    for name in {change["visitor"] for change in theirs}:
        pair = [[{key: value for key, value in change.items() if key != "seq"}
                 for change in feed if change["visitor"] == name] for feed in (ours, theirs)]
        if pair[0] != pair[1]:
            yield f"the feed of {name} differs"
    for entry in server.http.get("/v1/quarantine?limit=1000").json()["entries"]:
        if any(name in str(entry) for name in gone):
            yield f"quarantine has {entry}"


def wait_until_complete(server, receipts):
    while True:
        states = [server.http.get(f"/v1/erasures/{receipt['receipt']}").json()["state"]
                  for receipt in receipts.values()]
        if all(state == "complete" for state in states):
            return
        time.sleep(0.05)


def erase(server, number, receipts):
    answer = server.http.ask("DELETE", f"/v1/visitors/{name_of(number)}")
    if answer.status != 202:
        raise RuntimeError(f"DELETE: {answer}")
    receipts[number] = answer.json()


def run(binary, runs, dice):
    faults, receipts, kills = [], {}, 0
    numbers = list(range(60))
    with Server(binary, AUDIENCES, engine=ENGINE) as server, \
            Server(binary, AUDIENCES, engine=ENGINE) as other:
        server.config["erasure"] = {"feed_time": "0s", "within": "1h"}
        other.start()
        for turn in range(runs):
            server.config["engine"]["shards"] = dice.choice((1, 2))
            server.start()
            coming = [n for n in numbers if n not in receipts and dice.random() < 0.6]
            events = [event for number in coming for event in visit(number, turn)]
            for each in (server, other):
                answer = each.http.post_lines(events)
                if answer.status != 200:
                    raise RuntimeError(f"events: {answer}")
            for number in dice.sample([n for n in numbers if n not in receipts], 2):
                if turn % 2 == 0:
                    erase(server, number, receipts)
            threading.Timer(dice.uniform(0, 0.5), server.process.kill).start()
            server.process.wait()
            server.kill()
            kills += 1
        server.start()
        wait_until_complete(server, receipts)
        for each in (server, other):
            each.tick(START + (runs + 40) * HOUR)
        for number, receipt in receipts.items():
            faults += list(check_receipt(server, receipt, name_of(number)))
        faults += list(compare(server, other, receipts, numbers))
        again = server.http.ask("DELETE", f"/v1/visitors/{name_of(next(iter(receipts)))}").json()
        wait_until_complete(server, {0: again})
        for number in receipts:
            for file in files_with(server.directory / "store", patterns_of(name_of(number))):
                faults.append(f"{name_of(number)} is found in {file}")
        if server.stop() != 0:
            faults.append("the graceful stop failed")
        verify = subprocess.run([binary, "verify", "--config", str(server.config_path)],
                                capture_output=True, text=True, check=False)
        if verify.returncode != 0:
            faults.append(f"verify: {verify.stdout}{verify.stderr}")
        naive = subprocess.run([binary, "verify", "--naive", "--config", str(server.config_path)],
                               capture_output=True, text=True, check=False)
        if naive.returncode != 0:
            faults.append(f"verify --naive: {naive.stdout}{naive.stderr}")
        # That the search finds who is there: in the write-ahead log, which nothing compresses.
        other.http.post_lines([{"visitor": "somebody-else", "type": "page_view",
                                "at": START + (runs + 40) * HOUR}])
        if not files_with(other.directory / "store", [b"somebody-else"]):
            faults.append("the search finds nobody where they are")
    print(f"   {kills} kills, {len(receipts)} visitors erased, {len(faults)} faults")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    faults = run(arguments.binary, arguments.runs, random.Random(arguments.seed))
    print("\n".join(faults[:40]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
