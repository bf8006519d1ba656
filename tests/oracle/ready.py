"""Every ready audience of configs/audiences by hand, in SQL. At an instant :t there are the tables

  known  what had arrived by then: key, who, type, at, value, coupon, source, medium, campaign,
         channel, arrival, seq (the order of arrival)
  item   the lines of all events: key, product, category, quantity, price
  life   one row for each who of known: orders, money, first and last times
  ranked one row for each who has ordered: how many others have less or more, of all n
  cart   what is in whose cart: who, items, value

and the functions alive and clv, by the server's newest lifetime value model (unknown without one),
so that the same questions can be asked of any data set. Money is in minor units, times in ms.
ready_tables.py makes them.
"""
import datetime

from facts import DAY, HOUR, MINUTE, Audience, both, but_not, either, having
from server import ROOT

FILES = sorted((ROOT / "configs" / "audiences").glob("*.yaml"))
MONTH = 30 * DAY
DONE = "type NOT IN ('offer_shown', 'offer_converted')"  # by the visitor: what `any` means

# --- the audiences' language, in SQL --------------------------------------------------------------


def within(kind, window, condition="1"):
    """Rows of a type in (t − window, t]."""
    of_kind = DONE if kind == "any" else f"type = '{kind}'"
    return (f"SELECT who FROM known WHERE {of_kind} AND at > :t - {window} AND at <= :t "
            f"AND ({condition})")


def item_is(category):
    return (f"EXISTS (SELECT 1 FROM item WHERE item.key = known.key "
            f"AND item.category = '{category}')")


def life(condition):
    return f"SELECT who FROM life WHERE {condition}"


def cart(condition):
    return f"SELECT who FROM cart WHERE {condition}"


def ranked(condition):
    return f"SELECT who FROM ranked WHERE {condition}"


def without(first, then, wait, window, condition="1"):
    """The newest `first` of the window is at least `wait` old, and no `then` came in that time."""
    newest = within(first, window, condition).replace("SELECT who", "SELECT who, max(at) AS begun")
    return f"""SELECT who FROM ({newest} GROUP BY who) AS newest
               WHERE begun <= :t - {wait} AND NOT EXISTS (
                 SELECT 1 FROM known WHERE known.who = newest.who AND type = '{then}'
                   AND at > begun AND at <= begun + {wait} AND ({condition}))"""


def newest_of(rows):
    """The last word of everybody: rows with who, at, seq and what they say."""
    return f"""SELECT * FROM (SELECT *, row_number() OVER
               (PARTITION BY who ORDER BY at DESC, seq DESC) AS place FROM ({rows}))
               WHERE place = 1"""


def trait(name, condition):
    rows = (f"SELECT who, at, seq, trait.value FROM known JOIN trait USING (key) "
            f"WHERE trait.name = '{name}'")
    return f"SELECT who FROM ({newest_of(rows)}) WHERE {condition}"


def midnight(text):
    day = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return int(day.timestamp()) * 1000


def period(begin, end):
    """Days from one up to but not including another."""
    return f"BETWEEN {midnight(begin)} AND {midnight(end)} - 1"


EVERYBODY = "SELECT who FROM life"
CAMPAIGNS = """SELECT who, at, seq, source, medium FROM known
               WHERE source <> '' OR medium <> '' OR campaign <> ''"""
CONSENTS = """SELECT who, at, seq, purpose, granted FROM known JOIN consent USING (key)
              UNION ALL
              SELECT who, at, seq, CASE channel WHEN '' THEN 'email' ELSE channel END,
                     type = 'subscribe'
              FROM known WHERE type IN ('subscribe', 'unsubscribe')"""
ACTIVE = within("any", 30 * DAY)
LAPSED = life(f"orders >= 1 AND last_order < :t - {8 * MONTH}")
LAPSED_WARM = both(LAPSED, ACTIVE)
ADVOCATE = both(life("orders >= 1"), either(within("social_share", 180 * DAY),
                                            within("social_comment", 180 * DAY)))
INTERESTED = either(having(within("view_item", 60 * DAY), "count(*) >= 2"),
                    within("search", 60 * DAY))
DECIDING = either(cart("items > 0"), within("begin_checkout", 14 * DAY),
                  within("add_to_wishlist", 14 * DAY))
PROSPECT = life("orders = 0")
CROSS_BUYER = f"""SELECT who FROM known JOIN item USING (key)
    WHERE type = 'purchase' AND at > :t - {365 * DAY} AND at <= :t AND category <> ''
    GROUP BY who HAVING count(DISTINCT category) >= 2"""
# fewer than 5 % of all have more, and so on
VIP = ranked("100 * revenue_more < 5 * n")
TOP_FIFTH = ranked("100 * revenue_more < 20 * n")


def score(rank):
    """rfm: 1 to 5 by how many have less."""
    return f"1 + 5 * {rank} / n"

# Who was lapsed and warm at an earlier moment, by what was known then.
WAS_LAPSED_WARM = f"""(
  EXISTS (SELECT 1 FROM known WHERE known.who = lapsed.who AND {DONE}
            AND at > moment - {30 * DAY} AND at <= moment AND arrival <= moment)
  AND EXISTS (SELECT 1 FROM known WHERE known.who = lapsed.who AND type = 'purchase'
            AND arrival <= moment)
  AND NOT EXISTS (SELECT 1 FROM known WHERE known.who = lapsed.who AND type = 'purchase'
            AND arrival <= moment AND at >= moment - {8 * MONTH}))"""
# They entered less than 7 days ago if they were out 7 days ago, or just before anything that can
# have let them in since.
LAPSED_WARM_NEWLY = f"""
  SELECT DISTINCT who FROM (
    SELECT who, :t - {7 * DAY} AS moment FROM ({LAPSED_WARM})
    UNION SELECT who, arrival - 1 FROM known WHERE arrival > :t - {7 * DAY}
    UNION SELECT who, at + {8 * MONTH} FROM known
          WHERE type = 'purchase' AND at > :t - {8 * MONTH + 7 * DAY} AND at < :t - {8 * MONTH}
  ) AS lapsed
  WHERE who IN ({LAPSED_WARM}) AND NOT {WAS_LAPSED_WARM}"""


def stage(*, orders, holds, rules_out):
    inside = both(life(f"orders {orders}"), holds) if holds else life(f"orders {orders}")
    return but_not(inside, either(*rules_out)) if rules_out else inside


SQL = {
    # recency.yaml
    "recency_dynamic": life(f"last_order >= :t - {4 * MONTH}"),
    "recency_maybe": life(f"last_order < :t - {4 * MONTH} AND last_order >= :t - {8 * MONTH}"),
    "recency_lapsing": life(f"last_order < :t - {8 * MONTH} AND last_order >= :t - {12 * MONTH}"),
    "recency_lost": life(f"last_order < :t - {12 * MONTH}"),
    # regularity.yaml
    "regularity_prospect": PROSPECT,
    "regularity_one_time": life("orders = 1"),
    "regularity_repeat": life("orders = 2"),
    "regularity_loyal": life("orders >= 3"),
    # engagement.yaml
    "active_30d": ACTIVE,
    "engagement_prospects": both(PROSPECT, ACTIVE),
    "engagement_suspects": but_not(PROSPECT, ACTIVE),
    "lapsed_warm": LAPSED_WARM,
    "lapsed_cold": but_not(LAPSED, ACTIVE),
    # triggers.yaml
    "trigger_welcome_subscriber": both(within("subscribe", 7 * DAY), PROSPECT),
    "trigger_welcome_customer": life(f"orders = 1 AND last_order > :t - {7 * DAY}"),
    "trigger_cart_abandonment": both(without("add_to_cart", "purchase", HOUR, 3 * DAY),
                                     cart("items > 0")),
    "trigger_browse_abandonment": but_not(
        both(without("view_item", "add_to_cart", 30 * MINUTE, 2 * DAY),
             having(within("view_item", 2 * DAY), "count(*) >= 3")),
        cart("items > 0")),
    "trigger_searched_and_left": but_not(
        f"""SELECT first.who FROM known AS first JOIN known AS later ON later.who = first.who
            WHERE first.type = 'search' AND first.at > :t - {DAY} AND later.type = 'view_item'
              AND later.at > first.at AND later.at <= first.at + {10 * MINUTE}""",
        within("add_to_cart", DAY)),
    "trigger_post_purchase": but_not(
        life(f"last_order <= :t - {10 * DAY} AND last_order > :t - {24 * DAY}"),
        within("support_contact", 24 * DAY)),
    "trigger_reactivation_warm": but_not(
        LAPSED_WARM_NEWLY, having(within("offer_shown", 7 * DAY), "count(*) >= 5")),
    "trigger_replenishment_due": life(
        "orders >= 3 AND (:t - last_order) * (orders - 1) >= last_order - first_order "
        "AND (:t - last_order) * (orders - 1) < 2 * (last_order - first_order)"),
    # offers.yaml
    "full_price_payers": life("orders >= 2 AND coupon_orders = 0"),
    "discount_hunters": life("orders >= 3 AND 10 * coupon_orders >= 8 * orders"),
    "free_shipping_nearly_reached": cart("value >= 3500 AND value < 5000"),
    "offer_tired": but_not(having(within("offer_shown", 7 * DAY), "count(*) >= 10"),
                           within("offer_clicked", 7 * DAY)),
    "frequent_returners": life("orders >= 3 AND purchased > 0 AND 2 * refunded > purchased"),
    "service_heavy": f"""SELECT who FROM known
        WHERE type IN ('support_contact', 'purchase') AND at > :t - {90 * DAY} AND at <= :t
        GROUP BY who HAVING sum(type = 'support_contact') >= 5
                        AND sum(type = 'support_contact') > sum(type = 'purchase')""",
    # attraction.yaml
    "attracted_to_shoes": having(within("view_item", 30 * DAY, item_is("shoes")),
                                 "count(*) >= 3"),
    "shoes_viewed_not_bought": but_not(
        having(within("view_item", 14 * DAY, item_is("shoes")), "count(*) >= 2"),
        within("purchase", 14 * DAY, item_is("shoes"))),
    "shoes_in_cart_without_order": without("add_to_cart", "purchase", 2 * HOUR, 7 * DAY,
                                           item_is("shoes")),
    "bought_shoes_no_care": but_not(within("purchase", 90 * DAY, item_is("shoes")),
                                    within("purchase", 90 * DAY, item_is("shoe care"))),
    # cohorts.yaml
    "cohort_2026_q1": life(f"first_order {period('2026-01-01', '2026-04-01')}"),
    "cohort_2026_q2": life(f"first_order {period('2026-04-01', '2026-07-01')}"),
    "newcomers_2026": life(f"first_at {period('2026-01-01', '2027-01-01')}"),
    "came_by_newsletter": f"SELECT who FROM ({newest_of(CAMPAIGNS)}) WHERE source = 'newsletter'",
    "won_by_paid_search": both(
        f"""SELECT who FROM ({newest_of(CAMPAIGNS).replace('DESC', 'ASC')})
            WHERE medium IN ('cpc', 'ppc', 'paidsearch')""",
        life("orders >= 1")),
    "adults_in_dach": both(
        trait("age", "value NOT GLOB '*[^0-9.e]*' AND CAST(value AS REAL) >= 18"),
        trait("country", "value IN ('DE', 'AT', 'CH')")),
    "mail_reachable": f"""SELECT who FROM ({newest_of(
        f"SELECT * FROM ({CONSENTS}) WHERE purpose = 'email'")}) WHERE granted""",
    "welcome_test_a": life("orders = 0 AND bucket('welcome offer', who) < 5000"),
    "welcome_test_b": life("orders = 0 AND bucket('welcome offer', who) >= 5000"),
    # value.yaml
    "value_small": ranked("100 * revenue_less < 25 * n"),
    "value_average": ranked("100 * revenue_less >= 25 * n AND 100 * revenue_less < 50 * n"),
    "value_good": ranked("100 * revenue_less >= 50 * n AND 100 * revenue_less < 75 * n"),
    "value_better": ranked("100 * revenue_less >= 75 * n"),
    "value_frequent": ranked("100 * orders_less >= 75 * n"),
    "value_big_baskets": ranked("100 * aov_less >= 75 * n"),
    "value_small_baskets": ranked("100 * aov_less < 25 * n"),
    "value_promising": ranked("100 * revenue_less < 50 * n AND clv(who, :t, 365) >= 10000"),
    "value_fading": ranked("100 * revenue_less >= 75 * n AND alive(who, :t) < 500000"),
    # heroes.yaml
    "heroes_vip": VIP,
    "heroes_top_customers": but_not(
        both(TOP_FIFTH, ranked(f"{score('recency_less')} >= 3 AND {score('orders_less')} >= 3")),
        VIP),
    "heroes_lapsing": both(TOP_FIFTH, life(f"last_order < :t - {8 * MONTH}")),
    # cross_buyers.yaml
    "is_cross_buyer": CROSS_BUYER,
    "unprofitable_service_users": both(CROSS_BUYER, f"""SELECT who FROM known
        WHERE type IN ('support_contact', 'purchase') AND at > :t - {180 * DAY} AND at <= :t
        GROUP BY who HAVING sum(type = 'support_contact') >= 4
                        AND sum(type = 'support_contact') > 2 * sum(type = 'purchase')"""),
    "unprofitable_returners": both(
        CROSS_BUYER, life("orders >= 2 AND purchased > 0 AND 2 * refunded > purchased")),
    "unprofitable_discount_hunters": both(
        CROSS_BUYER, life("orders >= 3 AND 10 * coupon_orders >= 8 * orders")),
    "unprofitable_spending_limiters": both(
        CROSS_BUYER, life("orders >= 3"), ranked("100 * aov_less < 25 * n")),
    # lifecycle.yaml
    "is_advocate": ADVOCATE,
    "is_interested": INTERESTED,
    "is_deciding": DECIDING,
    "stage_awareness": stage(orders="= 0", holds="", rules_out=[INTERESTED, DECIDING]),
    "stage_consideration": stage(orders="= 0", holds=INTERESTED, rules_out=[DECIDING]),
    "stage_decision": stage(orders="= 0", holds=DECIDING, rules_out=[]),
    "stage_purchase": stage(orders="= 1", holds="", rules_out=[ADVOCATE]),
    "stage_repeat": stage(orders="= 2", holds="", rules_out=[ADVOCATE]),
    "stage_loyalty": stage(orders=">= 3", holds="", rules_out=[ADVOCATE]),
    "stage_advocacy": ADVOCATE,
}

AUDIENCES = [Audience(name, "", sql, of_ranks="FROM ranked" in sql,
                      of_model="clv(" in sql or "alive(" in sql) for name, sql in SQL.items()]

WINDOWS = [10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR] + [n * DAY for n in (
    1, 2, 3, 7, 10, 14, 24, 30, 60, 90, 120, 180, 240, 247, 360)]
