#!/usr/bin/env python3
"""Offers under kill -9: many clients decide at once, on two shards, and the server is killed at random
moments. What answers gave, all lives together, is never over a budget, a stock or a cap, and the
store that lived through it verifies.

    offers_test.py [--runs N] [--seed N] [BINARY]
"""
import argparse
import collections
import http.client
import pathlib
import random
import signal
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]

from server import Http, Server, default_binary  # noqa: E402

CLIENTS = 4
VISITORS = 120
BUDGET = 60          # of 1.00 each
CAP = 3
NOON = 1_793_707_200_000
ENGINE = {"clock": "events", "shards": 2, "checkpoint_visitors": 20, "checkpoint_events": 60}

OFFERS = {
    "paid": {"placements": ["home"], "worth": "1000.00", "response": "50%", "cost": "1.00",
             "budget": f"{BUDGET}.00"},
    "capped": {"placements": ["home"], "worth": "1000.00", "response": "50%", "group": "news",
               "caps": [{"per": "offer", "at_most": CAP, "within": "7d"}]},
    "quiet": {"placements": ["home"], "worth": "1000.00", "response": "50%", "holdout": "100%"},
    "mail": {"placements": ["home"], "worth": "1000.00", "response": "50%", "consent": ["email"]},
}


class Account:
    """What answers gave, whichever server they came from."""

    def __init__(self):
        self.lock = threading.Lock()
        self.given = collections.Counter()
        self.capped = collections.Counter()
        self.ids = set()
        self.faults = []

    def add(self, visitor, answer):
        with self.lock:
            if answer["decision"] in self.ids:
                self.faults.append(f"the decision {answer['decision']} came twice")
            self.ids.add(answer["decision"])
            if not answer["offers"] and not answer.get("nothing_because"):
                self.faults.append(f"nothing without a reason: {answer}")
            for offer in answer["offers"]:
                self.given[offer["offer"]] += 1
                if offer["offer"] == "capped":
                    self.capped[visitor] += 1

    def check(self):
        if self.given["paid"] > BUDGET:
            self.faults.append(f"{self.given['paid']} of {BUDGET} paid for")
        for visitor, times in self.capped.items():
            if times > CAP:
                self.faults.append(f"{visitor}: {times} times, the cap is {CAP}")
        for never in ("quiet", "mail"):
            if self.given[never]:
                self.faults.append(f"'{never}' was offered {self.given[never]} times")
        return self.faults


def client(port, dice, account, most):
    http_client = Http(port)
    try:
        for _ in range(most):
            visitor = f"v{dice.randrange(VISITORS)}"
            answer = http_client.get(f"/v1/decide?visitor={visitor}&placement=home&n=4")
            if answer.status == 503:
                return
            if answer.status != 200:
                account.faults.append(f"decide: {answer}")
                return
            decided = answer.json()
            account.add(visitor, decided)
            if decided["offers"] and dice.random() < 0.5:
                http_client.post_lines([{"visitor": visitor, "type": "offer_shown", "at": NOON,
                                         "decision": decided["decision"]}])
    except (OSError, http.client.HTTPException):
        pass  # killed
    finally:
        http_client.close()


def run_clients(server, dice, account, most):
    threads = [threading.Thread(target=client,
                                args=(server.port, random.Random(dice.random()), account, most))
               for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads


def bad_input(server):
    """Faults in the answers to what is wrong, or only asked: a clear word, never a 500."""
    faults = []

    def expect(what, is_right, answer):
        if not is_right:
            faults.append(f"{what}: {answer}")

    ask = server.http.get
    answer = ask("/v1/decide?visitor=nobody&placement=home")
    expect("unknown visitor", answer.status == 200 and not answer.json()["offers"]
           and "catalogue is empty" in answer.json()["nothing_because"], answer)
    answer = ask("/v1/decide?visitor=v1&placement=nowhere")
    expect("unknown placement", answer.status == 200 and "decision" not in answer.json()
           and answer.json()["nothing_because"], answer)
    answer = ask("/v1/decide?visitor=v1&placement=home&dry=1")
    expect("only asked", answer.status == 200 and "decision" not in answer.json()
           and answer.json()["offers"], answer)
    expect("bad dry", ask("/v1/decide?visitor=v1&placement=home&dry=2").status == 400, answer)
    answer = server.http.post("/v1/decide", {"visitor": "v1", "placement": "home", "dry": "yes"})
    expect("bad dry in JSON", answer.status == 400, answer)
    event = {"visitor": "v1", "type": "offer_shown", "at": NOON}
    answer = server.http.post("/v1/events", {**event, "decision": "not one"})
    expect("malformed decision", answer.status == 200
           and answer.json()["rejected"][0]["reason"] == "invalid_argument", answer)
    answer = server.http.post("/v1/events", {**event, "decision": "00000000000000ff"})
    expect("unknown decision", answer.status == 200 and answer.json()["accepted"] == 1, answer)
    answer = server.http.post("/v1/events", {**event, "type": "offer_decided"})
    expect("a decision from outside", answer.status == 200
           and answer.json()["rejected"][0]["reason"] == "unknown_event_type", answer)
    report = ask("/v1/reports/offers?from=2026-11-01&to=2026-11-30").json()
    expect("counted", report["feedback_for_unknown_decisions"] == 1, report)
    taken = ask("/v1/offers").json()["offers"][0]["budgets"][0]["taken"]
    expect("nothing is taken by questions", taken == "0.00", taken)
    csv = ask("/v1/reports/offers?from=2026-11-01&to=2026-11-30&format=csv")
    expect("CSV", csv.status == 200 and csv.body.startswith(b"offer,discount,decided"), csv)
    return faults


def run(binary, runs, seed):
    dice = random.Random(seed)
    account = Account()
    with Server(binary, engine=ENGINE) as server:
        server.config["offers"] = OFFERS
        server.start()
        answer = server.http.post_lines(
            [{"visitor": f"v{i}", "type": "page_view", "at": NOON} for i in range(VISITORS)])
        assert answer.status == 200, answer
        account.faults += bad_input(server)
        for _ in range(runs):
            threads = run_clients(server, dice, account, 10_000)
            killer = threading.Timer(dice.uniform(0.02, 0.4), server.process.kill)
            killer.start()
            for thread in threads:
                thread.join()
            code = server.process.wait()
            if code != -signal.SIGKILL:
                account.faults.append(f"the server ended by itself with {code}")
                break
            server.kill()
            server.start()
        for thread in run_clients(server, dice, account, 200):  # to the end of the budget
            thread.join()
        faults = account.check()
        offers = {offer["id"]: offer for offer in server.http.get("/v1/offers").json()["offers"]}
        taken = float(offers["paid"]["budgets"][0]["taken"])
        if not account.given["paid"] <= taken <= BUDGET:
            faults.append(f"taken {taken}, but {account.given['paid']} were given of {BUDGET}")
        report = server.http.get("/v1/reports/offers?from=2023-01-01&to=2026-12-31").json()
        rows = {row["offer"]: row for row in report["offers"]}
        if rows["capped"]["decided"] < account.given["capped"]:
            faults.append(f"the report has {rows['capped']['decided']} decisions, "
                          f"{account.given['capped']} were answered")
        if rows["quiet"]["ghosts_decided"] == 0:
            faults.append("no ghost was logged")
        server.stop()
        verified = subprocess.run([binary, "verify", "--config", str(server.config_path)],
                                  capture_output=True)
        if verified.returncode != 0:
            faults.append(f"verify: {verified.stdout[-500:]!r} {verified.stderr[-500:]!r}")
    print(f"{runs} kills, {len(account.ids)} decisions, given {dict(account.given)}, "
          f"taken {taken:.2f} of {BUDGET}.00")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("binary", nargs="?", default=default_binary())
    options = parser.parse_args()
    faults = run(options.binary, options.runs, options.seed)
    for fault in faults[:20]:
        print("FAULT", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
