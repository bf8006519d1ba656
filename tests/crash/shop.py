"""Traffic that is a function of a seed: frame i is the same events whenever it is asked for, so a
client that lost its connection sends exactly what it sent before."""
import random

VISITORS = 2_000
BEGIN = 1_767_225_600_000  # 2026-01-01
FRAME_MS = 20_000          # of shop time per frame
HOUR = 3_600_000

TYPES = ["page_view", "view_item", "view_item", "view_item", "add_to_cart", "add_to_cart",
         "remove_from_cart", "purchase", "refund", "search", "custom:quiz", "offer_shown"]
CATEGORIES = ["shoes", "coats", "hats", "bags"]

AUDIENCES = {
    "busy": "count(any, 10m) >= 3",
    "seconds": "count(view_item, 45s) >= 1",
    "cart_abandoners": "cart.value > 0 and since(add_to_cart) >= 30m and count(purchase, 24h) == 0",
    "full_cart": "cart.items >= 3 and cart.age < 2h",
    "shoes": 'count(view_item, 3h, category == "shoes") >= 2 and not did(purchase, 3h)',
    "spenders": "sum(purchase, value, 6h) > 150",
    "curious": "distinct(view_item, product, 2h) >= 3",
    "loyal": "lifetime.orders >= 4 or lifetime.revenue > 400",
    "gone": "last_seen > 90m",
    "quiz": "since(custom:quiz) < 1h",
    "average": "avg(purchase, value, 12h) > 60",
}


def time_of(frame):
    return BEGIN + frame * FRAME_MS


def make_event(dice, stream, frame, place):
    kind = dice.choice(TYPES)
    at = time_of(frame) + dice.randrange(FRAME_MS)
    if dice.random() < 0.05:
        at -= dice.randrange(2 * HOUR)  # late
    # Some visitors come often, most seldom.
    visitor = int(VISITORS * dice.random() ** 2)
    event = {"event_id": f"{stream}-{frame}-{place}", "visitor": f"visitor-{visitor}",
             "type": kind, "at": at}
    if kind in ("view_item", "add_to_cart", "remove_from_cart", "purchase"):
        number = dice.randrange(40)
        event["items"] = [{"product": f"p{number}", "category": CATEGORIES[number % 4],
                           "price": f"{5 + number}.{number:02}", "quantity": dice.randrange(1, 4)}]
    if kind == "purchase":
        event["order"] = f"order-{stream}-{frame}-{place}"
    if kind == "refund":
        event["value"] = "7.50"
    return event


def make_frame(stream, frame):
    """The events of one frame; `stream` names an independent sequence of frames."""
    dice = random.Random(f"{stream}/{frame}")
    return [make_event(dice, stream, frame, place) for place in range(dice.randrange(1, 50))]


def count_by_visitor(frames):
    """What the server must have counted after these frames, each event once."""
    events, orders = {}, {}
    for stream, frame in frames:
        for event in make_frame(stream, frame):
            who = event["visitor"]
            events[who] = events.get(who, 0) + 1
            orders[who] = orders.get(who, 0) + (event["type"] == "purchase")
    return events, orders
