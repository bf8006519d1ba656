#!/usr/bin/env python3
"""Lifetime values from outside: real orders go to a server, its newest model is read from /metrics,
and the audiences that ask for clv and p_alive must hold exactly those whom the models' printed
formulas (lifetime_value.py) name, at instants on, just before and just after the steps scores are
taken at, and after kill -9. The model must be the best there is: no parameter moved either way may
make the orders likelier. Of CDNOW, where the data are, it must also be the published one.

    clv_test.py [--share N] [--instants N] [BINARY]
"""
import argparse
import csv
import dataclasses
import functools
import io
import json
import math
import random
import sys
import tarfile
import zlib

from oracle_test import SHARED, SHIPPED, iso

import facts
import lifetime_value
import ready_sets
from facts import DAY
from server import Server, default_binary

CDNOW = SHARED / "cdnow.tar.zst"
CDNOW_MOVED = 10_000 * DAY  # the server takes no times before 2000
CDNOW_UNTIL = ready_sets.epoch_ms("1997-09-30 00:00:00") + CDNOW_MOVED
PUBLISHED = {"r": 0.2425945, "alpha": 7 * 4.4136019, "a": 0.7929199, "b": 2.4258881}

# name → (expression, what it means: alive in millionths, clv(days) in minor units)
AUDIENCES = {
    "surely_alive": ("p_alive >= 0.95", lambda alive, clv: alive() >= 950_000),
    "rather_lost": ("p_alive < 0.5", lambda alive, clv: alive() < 500_000),
    "worth_a_month": ("clv(30d) >= 20", lambda alive, clv: clv(30) >= 2_000),
    "worth_a_year": ("clv(365d) >= 100 and p_alive > 0.8",
                     lambda alive, clv: alive() > 800_000 and clv(365) >= 10_000),
    "worth_little": ("clv(3650d) < 50", lambda alive, clv: clv(3650) < 5_000),
}


@dataclasses.dataclass
class Order:
    key: str
    who: str
    at: int
    value: int  # minor units
    is_refund: bool = False

    def line(self):
        return json.dumps({"event_id": self.key, "visitor": self.who, "at": self.at,
                           "type": "refund" if self.is_refund else "purchase",
                           "order": self.key, "value": ready_sets.decimal_text(self.value)})


def uci(share):
    found = {}
    text = facts.zstd_bytes(SHIPPED).decode("utf-8")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        ready_sets.Uci.take(row, found)
    return [Order(fact.key, fact.who, fact.at,
                  sum((line.price or 0) * line.quantity for line in fact.lines),
                  fact.type == "refund")
            for fact in found.values() if zlib.crc32(fact.who.encode()) % share == 0]


def cdnow():
    """A sample of customers up to the end of the papers' calibration; a day's orders are one."""
    with tarfile.open(fileobj=io.BytesIO(facts.zstd_bytes(CDNOW))) as archive:
        lines = archive.extractfile("cdnow/CDNOW_sample.txt").read().decode().splitlines()
    orders = {}
    for _, who, day, _, dollars in map(str.split, lines):
        at = ready_sets.epoch_ms(f"{day[:4]}-{day[4:6]}-{day[6:]} 00:00:00") + CDNOW_MOVED
        if at > CDNOW_UNTIL:
            continue
        order = orders.setdefault((who, at), Order(f"{who}-{day}", who, at, 0))
        order.value += round(float(dollars) * 100)
    return list(orders.values())


# --- how likely the orders are, as printed --------------------------------------------------------

def log_add(a, b):
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def purchase_likelihood(model, customers, now):
    r, alpha, a, b = (model[name] for name in ("r", "alpha", "a", "b"))
    total = 0
    for customer in customers:
        x = customer.orders - 1
        t_x = (customer.last_order // DAY) - (customer.first_order // DAY)
        age = now // DAY - customer.first_order // DAY
        total += (math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
                  + math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b)
                  - math.lgamma(a + b + x))
        alive = -(r + x) * math.log(alpha + age)
        total += alive if x == 0 else log_add(
            alive, math.log(a / (b + x - 1)) - (r + x) * math.log(alpha + t_x))
    return total


def spend_likelihood(model, customers, _):
    p, q, v = (model[name] for name in ("p", "q", "v"))
    total = 0
    for customer in customers:
        if customer.revenue <= 0:
            continue
        x, mean = customer.orders, customer.revenue / customer.orders
        total += (math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q) + q * math.log(v)
                  + (p * x - 1) * math.log(mean) + p * x * math.log(x)
                  - (p * x + q) * math.log(x * mean + v))
    return total


class Shop:
    """Orders on their way through a server."""

    def __init__(self, name, orders, server, dice):
        self.name = name
        self.orders = sorted(orders, key=lambda order: (order.at, order.key))
        self.server = server
        self.dice = dice
        self.sent = 0
        self.faults = []
        self.compared = 0
        self.met = {name: [0, 0] for name in AUDIENCES}  # in, out

    def send_until(self, instant):
        end = self.sent
        while end < len(self.orders) and self.orders[end].at <= instant:
            end += 1
        for begin in range(self.sent, end, 5_000):
            portion = self.orders[begin:min(end, begin + 5_000)]
            answer = self.server.http.post("/v1/events", "\n".join(o.line() for o in portion),
                                           "application/x-ndjson")
            if answer.status != 200 or answer.json()["rejected"] != []:
                raise RuntimeError(f"orders were refused: {answer}")
        self.sent = end

    def customers(self):
        people = {}
        for order in self.orders[:self.sent]:
            people.setdefault(order.who, []).append(order)
        for who, theirs in people.items():
            times = [order.at for order in theirs if not order.is_refund]
            if times:
                revenue = sum(-o.value if o.is_refund else o.value for o in theirs)
                yield who, lifetime_value.Customer(len(times), revenue, min(times), max(times))

    def compare(self, instant):
        self.server.tick(instant)
        model = lifetime_value.Model(self.server.model())
        expected = {name: set() for name in AUDIENCES}
        for who, customer in self.customers():
            scores = (functools.partial(model.alive, customer, instant),
                      functools.partial(model.clv, customer, instant))
            for name, (_, holds) in AUDIENCES.items():
                if holds(*scores):
                    expected[name].add(who)
        count = len(dict(self.customers()))
        for name, people in expected.items():
            _, members = self.server.members(name)
            self.compared += 1
            self.met[name][0] += len(people)
            self.met[name][1] += count - len(people)
            wrong = sorted(people ^ set(members))
            if wrong:
                self.faults.append(f"{self.name}: {name} at {iso(instant)}: {len(members)} members,"
                                   f" the formulas say {len(people)}; differ: {wrong[:5]}")

    def check_model(self):
        """That no parameter is better a twentieth larger or smaller. Where nobody is ever lost, a fit
        ends at the edge of what it may say, past which a millionth a customer is to be gained."""
        model = {name: float(value) for name, value in self.server.model().items()}
        customers = [customer for _, customer in self.customers()]
        for likelihood, names in ((purchase_likelihood, "r alpha a b"),
                                  (spend_likelihood, "p q v")):
            best = likelihood(model, customers, model["fitted_at"])
            for name in names.split():
                for factor in (0.95, 1.05):
                    other = likelihood({**model, name: model[name] * factor}, customers,
                                       model["fitted_at"])
                    if other > best + 1e-6 * len(customers):
                        self.faults.append(f"{self.name}: {factor} × {name} fits better: {other} "
                                           f"instead of {best} with {model}")
        return model

    def steps_after(self, instant, count):
        """Instants at which somebody is scored anew, from when everybody has seen the model."""
        people = [customer for _, customer in self.customers()]
        begin = instant + facts.Rests.LOOK
        chosen = set()
        while len(chosen) < count:
            last_order = self.dice.choice(people).last_order
            step = self.dice.choice((DAY, 7 * DAY))
            at = begin + self.dice.randrange(400 * DAY // (1 + len(chosen)))
            chosen.add(max(begin, last_order + (at - last_order) // step * step
                           + self.dice.choice((-1, 0, 1))))
        return sorted(chosen)


def restart(server):
    server.kill()
    server.start()


def run(name, orders, binary, instants):
    """Half of the orders and comparisons, kill -9, the other half, kill -9 in the middle."""
    audiences = {audience: when for audience, (when, _) in AUDIENCES.items()}
    with Server(binary, audiences) as server:
        server.start()
        shop = Shop(name, orders, server, random.Random(11))
        last = shop.orders[-1].at
        middle = (shop.orders[0].at + last) // 2 // DAY * DAY
        shop.send_until(middle)
        server.tick(middle, settle=True)
        for instant in shop.steps_after(middle, instants // 2):
            if instant < last:
                shop.compare(instant)
        restart(server)
        for until in (last - 2 * DAY, last - DAY, last):  # a fit a day
            shop.send_until(until)
            server.tick(until, settle=True)
        model = shop.check_model()
        restart(server)
        stops = shop.steps_after(last, instants)
        for instant in stops[:instants // 2]:
            shop.compare(instant)
        restart(server)
        for instant in stops[instants // 2:]:
            shop.compare(instant)
        if server.stop() != 0:
            shop.faults.append(f"{name}: the server did not stop well")
    print(f"   {name}: {len(orders)} orders and refunds, {shop.compared} sets compared: "
          f"{'equal' if not shop.faults else 'DIFFERENT'}")
    return shop, model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--instants", type=int, default=40)
    arguments = parser.parse_args()
    shop, _ = run("uci", uci(arguments.share), arguments.binary, arguments.instants)
    faults = shop.faults
    faults += [f"{name} never had anybody {where}" for name, counts in shop.met.items()
               for where, count in zip(("inside", "outside"), counts) if count == 0]
    if CDNOW.exists():
        shop, model = run("cdnow", cdnow(), arguments.binary, arguments.instants)
        faults += shop.faults
        faults += [f"cdnow: {name} is {model[name]}, published {value}"
                   for name, value in PUBLISHED.items() if abs(model[name] / value - 1) > 0.002]
    else:
        print("   cdnow: skipped: data absent")
    print("\n".join(faults[:40]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
