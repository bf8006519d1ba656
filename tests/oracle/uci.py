"""UCI "Online Retail": a gift shop's invoices of a year, all 541,909 lines of them.

An invoice is an event, its lines are the items. A number alone is a purchase, C… a refund; stock
written off (negative quantities, no customer) and adjusted debts (A…) are custom events, so that no
line is left out. Invoices without a customer belong to a guest of their own. The dataset has no
categories: the first two characters of the stock code stand for one.
"""
import collections
import csv
import datetime
import functools
import io
import json
import sqlite3

from facts import (DAY, HOUR, KNOWN, Audience, DataSet, both, but_not, deliver, either, having,
                   older, store_deliveries, within, younger, zstd_bytes)

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
           "CustomerID", "Country"]


@functools.lru_cache(maxsize=None)
def epoch_ms(text):
    time = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return int(time.timestamp()) * 1000


def type_of(invoice, quantity):
    if invoice.startswith("C"):
        return "refund"
    if invoice.startswith("A"):
        return "custom:bad_debt"
    return "purchase" if quantity > 0 else "custom:write_off"


@functools.lru_cache(maxsize=None)
def product_of(code):
    return json.dumps({"product": code, "category": code[:2]})[1:-1]


def item_of(row):
    price = row["UnitPrice"]  # as it is written: money never becomes a floating point number
    price = "" if price.startswith("-") else f', "price": {price}'
    return f'{{{product_of(row["StockCode"])}, "quantity": {abs(int(row["Quantity"]))}{price}}}'


def events_of(rows):
    """(key, at, line) of every invoice, in the order of the file."""
    invoices = collections.OrderedDict()
    for row in rows:
        invoices.setdefault(row["InvoiceNo"], []).append(row)
    for invoice, lines in invoices.items():
        at = min(epoch_ms(line["InvoiceDate"]) for line in lines)
        customer = lines[0]["CustomerID"].removesuffix(".0")
        head = json.dumps({
            "event_id": "invoice-" + invoice, "type": type_of(invoice, int(lines[0]["Quantity"])),
            "visitor": customer or "guest-" + invoice, "order": invoice, "at": at})
        items = ", ".join(item_of(line) for line in lines)
        yield invoice, at, f'{head[:-1]}, "items": [{items}]}}'


def sent_again(key, line, dice):
    """Some purchases come again under another event id: their order gives them away."""
    if key.isdigit() and '"type": "purchase"' in line and dice.random() < 0.4:
        return line.replace('"invoice-', '"again-', 1)
    return line


def fill_database(rows, deliveries):
    database = sqlite3.connect(":memory:")
    names = ", ".join(COLUMNS)
    database.execute(f"CREATE TABLE raw ({names})")
    database.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * len(COLUMNS))})",
                         [[row[column] for column in COLUMNS] for row in rows])
    store_deliveries(database, deliveries)
    database.executescript("""
      CREATE TABLE item AS
        SELECT InvoiceNo AS key, StockCode AS product, substr(StockCode, 1, 2) AS category,
               abs(CAST(Quantity AS INTEGER)) AS quantity,
               CASE WHEN UnitPrice LIKE '-%' THEN NULL
                    ELSE CAST(round(CAST(UnitPrice AS REAL) * 100) AS INTEGER) END AS price
        FROM raw;
      CREATE INDEX item_key ON item (key, product, category);
      CREATE INDEX item_product ON item (product, key);
      CREATE INDEX item_category ON item (category, key);
      CREATE TABLE event AS
        SELECT InvoiceNo AS key,
               CASE WHEN InvoiceNo LIKE 'C%' THEN 'refund'
                    WHEN InvoiceNo LIKE 'A%' THEN 'custom:bad_debt'
                    WHEN min(CAST(Quantity AS INTEGER)) > 0 THEN 'purchase'
                    ELSE 'custom:write_off' END AS type,
               CASE WHEN CustomerID = '' THEN 'guest-' || InvoiceNo
                    ELSE CAST(CAST(CustomerID AS INTEGER) AS TEXT) END AS who,
               CAST(strftime('%s', min(InvoiceDate)) AS INTEGER) * 1000 AS at
        FROM raw GROUP BY InvoiceNo;
      ALTER TABLE event ADD COLUMN value INTEGER;
      ALTER TABLE event ADD COLUMN pieces INTEGER;
      ALTER TABLE event ADD COLUMN arrival INTEGER;
      UPDATE event SET
        value = (SELECT sum(price * quantity) FROM item WHERE item.key = event.key),
        pieces = (SELECT sum(quantity) FROM item WHERE item.key = event.key),
        arrival = (SELECT arrival FROM delivery WHERE delivery.key = event.key);
      CREATE INDEX event_type_at ON event (type, at);
      CREATE INDEX event_who ON event (who);
    """)
    return database


def with_item(condition):
    return f"EXISTS (SELECT 1 FROM item WHERE item.key = event.key AND {condition})"


def different(column, window):
    """who and how many different values of an item's column in the purchases of a window."""
    rows = within("purchase", window).replace("SELECT who", "SELECT who, key")
    return (f"SELECT who, count(DISTINCT {column}) AS n FROM ({rows}) JOIN item USING (key) "
            f"GROUP BY who")


def lifetime(condition):
    return f"""SELECT who FROM (
        SELECT who, count(*) AS events, sum(type = 'purchase') AS orders,
               sum(CASE type WHEN 'purchase' THEN value WHEN 'refund' THEN -value ELSE 0 END)
                 AS revenue, min(at) AS first_at, max(at) AS last_at
        FROM event WHERE arrival <= :t GROUP BY who) WHERE {condition}"""


AUDIENCES = [
    Audience("bought_within_seconds", "count(purchase, 30s) >= 1", within("purchase", "30s")),
    Audience("bought_last_hour", "did(purchase, 1h)", within("purchase", "1h")),
    Audience("exactly_one_week", "count(purchase, 7d) == 1",
             having(within("purchase", "7d"), "count(*) = 1")),
    Audience("frequent", "count(purchase, 90d) >= 3",
             having(within("purchase", "90d"), "count(*) >= 3")),
    Audience("big_spenders", "sum(purchase, value, 30d) > 1000",
             having(within("purchase", "30d"), "sum(value) > 100000")),
    Audience("lapsed", "since(purchase) > 60d", older("purchase", "60d")),
    Audience("sends_back", "did(refund, 14d) and not did(purchase, 7d)",
             but_not(within("refund", "14d"), within("purchase", "7d"))),
    Audience("heart_lovers", 'count(purchase, 180d, product == "85123A") >= 2',
             having(within("purchase", "180d", with_item("product = '85123A'")), "count(*) >= 2")),
    Audience("dear_22", 'did(purchase, 45d, category == "22" and value > 400)',
             within("purchase", "45d", "value > 40000 AND " + with_item("category = '22'"))),
    Audience("variety", "distinct(purchase, product, 60d) >= 40",
             f"SELECT who FROM ({different('product', '60d')}) WHERE n >= 40"),
    Audience("few_categories",
             "distinct(purchase, category, 20d) <= 3 and count(purchase, 20d) > 0",
             f"SELECT who FROM ({different('category', '20d')}) WHERE n <= 3"),
    Audience("several_orders", "distinct(purchase, order, 21d) >= 2",
             having(within("purchase", "21d"), "count(DISTINCT key) >= 2")),
    Audience("never_small", "min(purchase, value, 365d) > 200",
             having(within("purchase", "365d"), "min(value) > 20000")),
    Audience("bulk_buyers", "max(purchase, quantity, 28d) >= 500",
             having(within("purchase", "28d"), "max(pieces) >= 500")),
    Audience("dear_on_average", "avg(purchase, value, 120d) > 350",
             having(within("purchase", "120d"), "sum(value) > 35000 * count(value)")),
    Audience("loyal_and_thrifty", "lifetime.orders >= 5 and lifetime.revenue < 2000",
             lifetime("orders >= 5 AND revenue < 200000")),
    Audience("valuable", "lifetime.aov > 500 or lifetime.events >= 40",
             lifetime("(orders > 0 AND revenue > 50000 * orders) OR events >= 40")),
    Audience("one_timers", "lifetime.orders == 1 and since(purchase) >= 30d",
             both(lifetime("orders = 1"), older("purchase", "30d", inclusive=True))),
    Audience("newcomers", "first_seen <= 7d", lifetime(f"first_at >= :t - {7 * DAY}")),
    Audience("just_here", "last_seen < 2h", lifetime(f"last_at > :t - {2 * HOUR}")),
    Audience("any_two", "count(any, 10d) >= 2", having(within("any", "10d"), "count(*) >= 2")),
    Audience("write_offs", "count(custom:write_off, 100d) > 0",
             within("custom:write_off", "100d")),
    Audience("no_22_this_year",
             'count(purchase, 365d, category == "22") == 0 and did(purchase, 365d)',
             but_not(within("purchase", "365d"),
                     within("purchase", "365d", with_item("category = '22'")))),
    Audience("slowing", "sum(purchase, value, 90d) > 3 * sum(purchase, value, 30d) + 100",
             f"""SELECT who FROM ({within('purchase', '90d')
                                   .replace('SELECT who', 'SELECT who, value, at')}) GROUP BY who
                 HAVING sum(value) > 3 * sum(CASE WHEN at > :t - {30 * DAY} THEN value ELSE 0 END)
                                     + 10000"""),
    Audience("recent_or_returned", 'since(purchase, category == "84") <= 3d or did(refund, 5d)',
             either(younger("purchase", "3d", with_item("category = '84'")),
                    within("refund", "5d"))),
    Audience("no_purchase_ever", "not did(purchase, 400d) and lifetime.orders == 0",
             but_not(KNOWN, "SELECT who FROM event WHERE type = 'purchase' AND arrival <= :t")),
]

WINDOWS = [30_000, HOUR, 2 * HOUR] + [n * DAY for n in (3, 5, 7, 10, 14, 20, 21, 28, 30, 45, 60,
                                                         90, 120, 180, 365)]


def load(path):
    text = zstd_bytes(path).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    deliveries = deliver(events_of(rows), seed=2011, late_max=10 * DAY, repeat_max=3 * DAY,
                         second_line=sent_again)
    return DataSet("UCI Online Retail", "GBP", deliveries, AUDIENCES, WINDOWS,
                   fill_database(rows, deliveries))
