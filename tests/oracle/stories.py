"""Companion events for data sets that know purchases only: what the people who bought may have done
before and after, told from dice that are thrown per purchase, so that the same rows always get the
same companions. Nothing here is shared with the engine.

Every story takes one purchase and gives facts around it. With a story goes a moment: how long after
its beginning somebody is surely in the audience the story is there for.
"""
import dataclasses
import random
import zlib

from facts import DAY, HOUR, MINUTE

PURCHASES_PER_PERSON = 60  # later ones get no companions: timelines stay exact


@dataclasses.dataclass
class Line:
    product: str
    category: str
    brand: str
    price: int  # minor units; None: not told
    quantity: int = 1


@dataclasses.dataclass
class Fact:
    key: str
    at: int
    who: str
    type: str
    lines: list = dataclasses.field(default_factory=list)
    value: int = None      # minor units; None: what its lines are worth
    order: str = ""
    coupon: str = ""
    campaign: tuple = ()   # source, medium, name
    channel: str = ""
    traits: dict = dataclasses.field(default_factory=dict)   # None takes one back
    consent: dict = dataclasses.field(default_factory=dict)


class Story:
    """Collects the facts of one story around one purchase."""

    def __init__(self, name, purchase, dice, who=None):
        self.name = name
        self.purchase = purchase
        self.dice = dice
        self.who = who or purchase.who
        self.facts = []

    def happens(self, after, event_type, **fields):
        key = f"{self.name}-{self.purchase.key}-{len(self.facts)}"
        at = self.purchase.at + after + self.dice.randrange(1000)
        self.facts.append(Fact(key, at, self.who, event_type, **fields))

    def a_line(self, quantity=1):
        line = self.dice.choice(self.purchase.lines[:8])
        return Line(line.product, line.category, line.brand, line.price or 100, quantity)

    def views(self, after, count):
        for n in range(count):
            self.happens(after + n * 2 * MINUTE, "view_item", lines=[self.a_line()])

    def days(self, least, most):
        return self.dice.randrange(least * DAY, most * DAY)


# --- what happens around a purchase; each gives the moment, in ms after the purchase ----------------

def browsed_before(story):
    story.happens(-25 * MINUTE, "search")
    story.views(-20 * MINUTE, story.dice.randrange(1, 4))
    bought = story.a_line()
    story.happens(-9 * MINUTE, "add_to_cart", lines=[bought])
    if story.dice.random() < 0.5:
        story.happens(-5 * MINUTE, "begin_checkout")
    return -4 * MINUTE


def left_a_cart(story):
    after = story.days(3, 20)
    story.views(after, 3)
    added = story.a_line(story.dice.randrange(1, 4))
    story.happens(after + 7 * MINUTE, "add_to_cart", lines=[added])
    if story.dice.random() < 0.5:
        taken = dataclasses.replace(added, quantity=story.dice.randrange(1, 5))
        story.happens(after + story.days(1, 5), "remove_from_cart", lines=[taken])
    return after + 7 * MINUTE + 2 * HOUR


def looked_around(story):
    after = story.days(5, 200)
    story.views(after, story.dice.randrange(3, 6))
    return after + HOUR


def searched(story):
    after = story.days(2, 150)
    story.happens(after, "search")
    story.happens(after + story.dice.randrange(2, 14) * MINUTE, "view_item",
                  lines=[story.a_line()])
    return after + HOUR


def asked_often(story):
    for n in range(story.dice.randrange(4, 8)):
        story.happens(story.days(1, 30), "support_contact")
    return 31 * DAY


def told_others(story):
    after = story.days(1, 60)
    story.happens(after, story.dice.choice(["social_share", "social_comment", "social_like"]))
    return after + DAY


def was_shown_offers(story):
    after = story.days(1, 90)
    for n in range(story.dice.randrange(8, 15)):
        story.happens(after + n * 5 * HOUR, "offer_shown",
                      lines=[Line(f"offer-{n % 3}", "", "", None)])
    if story.dice.random() < 0.3:
        story.happens(after + 2 * DAY, "offer_clicked", lines=[Line("offer-1", "", "", None)])
    return after + 4 * DAY


def subscribed(story):
    after = story.days(0, 30)
    channel = story.dice.choice(["", "email", "sms"])
    story.happens(after, "subscribe", channel=channel)
    if story.dice.random() < 0.4:
        story.happens(after + story.days(5, 90), "unsubscribe", channel=channel)
    return after + DAY


def introduced_themselves(story):
    traits = {"age": story.dice.choice([12, 17, 18, "17.9", "2e1", "18.0", 35, 70, "of age", None]),
              "country": story.dice.choice(["DE", "AT", "CH", "GB", "de", ""])}
    if story.dice.random() < 0.2:
        del traits["country"]
    story.happens(story.days(0, 20), "identify", traits=traits)
    return 21 * DAY


def said_what_is_allowed(story):
    answers = {purpose: story.dice.random() < 0.6 for purpose in ("email", "ads")}
    story.happens(story.days(0, 40), "consent", consent=answers)
    return 41 * DAY


def came_by_a_campaign(story):
    campaigns = [("newsletter", "mail", "spring"), ("google", "cpc", ""), ("bing", "ppc", "brand"),
                 ("google", "organic", ""), ("", "paidsearch", "")]
    after = story.dice.choice([-30 * MINUTE, -2 * DAY, story.days(1, 120)])
    story.happens(after, "page_view", campaign=story.dice.choice(campaigns))
    return after + HOUR


def wished(story):
    after = story.days(1, 60)
    story.happens(after, "add_to_wishlist", lines=[story.a_line()])
    return after + DAY


def came_back_late(story):
    after = 240 * DAY + story.days(0, 60)
    story.happens(after, "page_view")
    story.happens(after + story.days(0, 20), "email_open")
    return after + HOUR


def nearly_filled_a_cart(story):
    after = story.days(2, 100)
    price = story.dice.randrange(3_400, 5_100)
    story.happens(after, "add_to_cart", lines=[Line("gift box", "gifts", "", price)])
    if story.dice.random() < 0.3:
        story.happens(after + story.days(1, 9), "remove_from_cart",
                      lines=[Line("gift box", "gifts", "", None)])
    return after + HOUR


def a_lead_appears(story):
    """Somebody who never buys."""
    story.who = f"lead-{story.purchase.key}"
    story.happens(0, "page_view", campaign=("newsletter", "mail", ""))
    for kind in (looked_around, searched, subscribed, wished, left_a_cart, introduced_themselves):
        if story.dice.random() < 0.4:
            kind(story)
    return HOUR


STORIES = [
    (browsed_before, 0.25), (left_a_cart, 0.10), (looked_around, 0.09), (searched, 0.07),
    (asked_often, 0.03), (told_others, 0.03), (was_shown_offers, 0.03), (subscribed, 0.04),
    (introduced_themselves, 0.10), (said_what_is_allowed, 0.05), (came_by_a_campaign, 0.15),
    (wished, 0.03), (came_back_late, 0.06), (nearly_filled_a_cart, 0.04), (a_lead_appears, 0.08),
]


def character(who):
    """A number that says what somebody is like."""
    return zlib.crc32(who.encode())


def with_coupons(purchase, dice):
    """A sixth of the people hunt discounts, half never have a coupon."""
    kind = character(purchase.who) % 6
    chance = 0.95 if kind == 0 else 0 if kind < 4 else 0.2
    if dice.random() < chance:
        purchase.coupon = "SPRING"


def sends_back(purchase, dice):
    """One in twenty returns most of what they buy."""
    story = Story("sends_back", purchase, dice)
    chance = 0.9 if character(purchase.who) % 20 == 7 else 0.02
    if dice.random() < chance and purchase.value:
        story.happens(story.days(2, 14), "refund", order=purchase.order,
                      value=purchase.value * dice.randrange(30, 101) // 100)
    return story.facts


def companions(purchases, first, last):
    """(facts, moments) around the purchases, kept between two instants. Gives coupons to purchases
    that have none. `moments` has for every story instants at which it shows."""
    facts, moments, met = [], {}, {}
    for purchase in purchases:
        met[purchase.who] = met.get(purchase.who, 0) + 1
        if met[purchase.who] > PURCHASES_PER_PERSON or not purchase.lines:
            continue
        dice = random.Random(purchase.key)
        with_coupons(purchase, dice)
        facts += sends_back(purchase, dice)
        for tell, chance in STORIES:
            if dice.random() >= chance:
                continue
            story = Story(tell.__name__, purchase, dice)
            moment = purchase.at + tell(story)
            facts += story.facts
            moments.setdefault(tell.__name__, []).append(moment)
    kept = [fact for fact in facts if first <= fact.at <= last]
    shown = {name: [at for at in times if first <= at <= last] for name, times in moments.items()}
    return kept, shown
