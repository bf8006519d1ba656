"""The job that every store of visitor state does here, and what must come of it.

An event has a visitor, an id, a type and a time. An id that its visitor sent before is a duplicate
and changes nothing. Four audiences are kept, entered by events and left by time alone:

    looking    three views or more within an hour
    cart_open  put something in the cart within 30 minutes, and bought nothing in these
    active     five events or more within three hours
    here       an event within ten minutes

`expected` recounts everything from the events with none of the code that is compared.
"""
import bisect
import collections
import itertools
import random

SEARCH, VIEW, CART, BUY = 0, 1, 2, 3
TYPES = ("search", "view_item", "add_to_cart", "purchase")
MIX = (10, 70, 15, 5)  # percent
MINUTE, HOUR = 60_000, 3_600_000
BEGIN = 1_793_707_200_000  # 2026-11-03T12:00:00Z
SPAN = 6 * HOUR
RESENT = 0.05  # of the events come twice

AUDIENCES = {
    "looking": "count(view_item, 1h) >= 3",
    "cart_open": "did(add_to_cart, 30m) and not did(purchase, 30m)",
    "active": "count(any, 3h) >= 5",
    "here": "did(any, 10m)",
}

Event = collections.namedtuple("Event", "visitor id type at")


def make(events, visitors, seed=1):
    """In the order of their times; few visitors come often, most seldom (Zipf, exponent 0.4)."""
    dice = random.Random(seed)
    weights = list(itertools.accumulate(rank ** -0.4 for rank in range(1, visitors + 1)))
    step = SPAN / events
    stream = []
    for number in range(events):
        if stream and dice.random() < RESENT:
            stream.append(stream[-dice.randint(1, min(len(stream), 1_000))])
            continue
        visitor = bisect.bisect(weights, dice.random() * weights[-1])
        kind = dice.choices((SEARCH, VIEW, CART, BUY), MIX)[0]
        stream.append(Event(visitor, number, kind, BEGIN + int(number * step)))
    return stream


def end_of(stream):
    """The instant at which audiences are compared: within the windows of many."""
    return max(event.at for event in stream) + 5 * MINUTE


def expected(stream):
    """(duplicates, {audience: visitors in it at the end})"""
    seen = set()
    times = collections.defaultdict(lambda: collections.defaultdict(list))
    duplicates = 0
    for event in stream:
        if (event.visitor, event.id) in seen:
            duplicates += 1
            continue
        seen.add((event.visitor, event.id))
        times[event.visitor][event.type].append(event.at)
    now = end_of(stream)
    members = {name: set() for name in AUDIENCES}
    for visitor, by_type in times.items():
        def count(window, *types):
            return sum(now - window < at <= now for kind in types for at in by_type[kind])
        if count(HOUR, VIEW) >= 3:
            members["looking"].add(visitor)
        if count(30 * MINUTE, CART) and not count(30 * MINUTE, BUY):
            members["cart_open"].add(visitor)
        if count(3 * HOUR, SEARCH, VIEW, CART, BUY) >= 5:
            members["active"].add(visitor)
        if count(10 * MINUTE, SEARCH, VIEW, CART, BUY):
            members["here"].add(visitor)
    return duplicates, members


def chunks(stream, size):
    return [stream[at:at + size] for at in range(0, len(stream), size)]
