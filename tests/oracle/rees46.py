"""REES46: a multi-category shop's views, carts and purchases over three hours, every row an event.

Rows that are exactly alike are one event sent twice. A purchase row is an order of its own.
"""
import csv
import hashlib
import io
import json
import sqlite3
import tarfile

from facts import (HOUR, KNOWN, MINUTE, SECOND, Audience, DataSet, both, but_not, deliver, either,
                   having, older, store_deliveries, within, younger, zstd_bytes)
from uci import epoch_ms

COLUMNS = ["event_time", "event_type", "product_id", "category_id", "category_code", "brand",
           "price", "user_id", "user_session"]
TYPES = {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}


def event_of(row):
    """(key, at, line) of a row; the key is the row's whole content."""
    key = "|".join(row[column] for column in COLUMNS)
    at = epoch_ms(row["event_time"].removesuffix(" UTC"))
    item = {"product": row["product_id"]}
    if row["category_code"]:
        item["category"] = row["category_code"]
    if row["brand"]:
        item["brand"] = row["brand"]
    if row["price"]:
        item["price"] = row["price"]
    return key, at, json.dumps({
        "event_id": hashlib.sha1(key.encode()).hexdigest(), "type": TYPES[row["event_type"]],
        "visitor": row["user_id"], "at": at, "items": [item]})


def fill_database(rows, deliveries):
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE raw ({', '.join(COLUMNS)})")
    database.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * len(COLUMNS))})",
                         [[row[column] for column in COLUMNS] for row in rows])
    store_deliveries(database, deliveries)
    key = " || '|' || ".join(COLUMNS)
    database.executescript(f"""
      CREATE TABLE event AS
        SELECT DISTINCT {key} AS key, user_id AS who, product_id AS product,
               CASE event_type WHEN 'view' THEN 'view_item' WHEN 'cart' THEN 'add_to_cart'
                               ELSE 'purchase' END AS type,
               nullif(category_code, '') AS category, nullif(brand, '') AS brand,
               CAST(round(CAST(nullif(price, '') AS REAL) * 100) AS INTEGER) AS value,
               CAST(strftime('%s', substr(event_time, 1, 19)) AS INTEGER) * 1000 AS at
        FROM raw;
      ALTER TABLE event ADD COLUMN arrival INTEGER;
      ALTER TABLE event ADD COLUMN seq INTEGER;
      UPDATE event SET (arrival, seq) =
        (SELECT arrival, seq FROM delivery WHERE delivery.key = event.key);
      CREATE INDEX event_type_at ON event (type, at);
      CREATE INDEX event_who ON event (who);
    """)
    return database


# The cart, in the order things arrived: an add is +1, a purchase −1, and a product never goes below
# 0: what is left of it is its running total less the lowest that total ever was below 0. A purchase
# of what is not there changes nothing. The price is that of the newest add.
CART = """
  SELECT who, sum(quantity) AS items, sum(quantity * ifnull(price, 0)) AS value, max(at) AS at
  FROM (
    SELECT who, product,
           max(CASE WHEN seq = newest THEN quantity END) AS quantity,
           max(CASE WHEN type = 'add_to_cart' OR before > 0 THEN at END) AS at
    FROM (
      SELECT *, lag(quantity, 1, 0) OVER so_far AS before,
             max(seq) OVER (PARTITION BY who, product) AS newest
      FROM (
        SELECT *, total - min(0, min(total) OVER so_far) AS quantity
        FROM (
          SELECT who, product, type, seq, at,
                 sum(CASE type WHEN 'add_to_cart' THEN 1 ELSE -1 END)
                   OVER (PARTITION BY who, product ORDER BY seq) AS total
          FROM event WHERE type IN ('add_to_cart', 'purchase') AND arrival <= :t)
        WINDOW so_far AS (PARTITION BY who, product ORDER BY seq))
      WINDOW so_far AS (PARTITION BY who, product ORDER BY seq))
    GROUP BY who, product)
  JOIN (SELECT who, product, value AS price, max(seq) FROM event
        WHERE type = 'add_to_cart' AND arrival <= :t GROUP BY who, product)
    USING (who, product)
  GROUP BY who HAVING at IS NOT NULL"""


def cart(condition):
    return f"SELECT who FROM ({CART}) WHERE {condition}"


def lifetime(condition):
    return f"""SELECT who FROM (
        SELECT who, count(*) AS events, sum(type = 'purchase') AS orders,
               sum(CASE type WHEN 'purchase' THEN value ELSE 0 END) AS revenue,
               min(at) AS first_at
        FROM event WHERE arrival <= :t GROUP BY who) WHERE {condition}"""


AUDIENCES = [
    Audience("clicks_fast", "count(view_item, 10s) >= 2",
             having(within("view_item", "10s"), "count(*) >= 2")),
    Audience("browses", "count(view_item, 5m) >= 5",
             having(within("view_item", "5m"), "count(*) >= 5")),
    Audience("any_minute", "count(any, 1m) >= 4", having(within("any", "1m"), "count(*) >= 4")),
    Audience("phones", 'did(view_item, 10m, category == "electronics.smartphone")',
             within("view_item", "10m", "category = 'electronics.smartphone'")),
    Audience("dear_samsung", 'count(view_item, 30m, brand == "samsung" and value > 200) >= 2',
             having(within("view_item", "30m", "brand = 'samsung' AND value > 20000"),
                    "count(*) >= 2")),
    Audience("not_apple", 'did(view_item, 3m, brand != "apple") and not did(view_item, 3m, '
                          'brand == "apple")',
             but_not(within("view_item", "3m", "brand IS NULL OR brand <> 'apple'"),
                     within("view_item", "3m", "brand = 'apple'"))),
    Audience("cart_abandoners", "cart.value > 0 and since(add_to_cart) >= 10m",
             both(cart("value > 0"), older("add_to_cart", "10m", inclusive=True))),
    Audience("full_carts", "cart.items >= 2", cart("items >= 2")),
    Audience("stale_dear_carts", "cart.age > 15m and cart.value > 100",
             cart(f"at < :t - {15 * MINUTE} AND value > 10000")),
    Audience("unsure", "count(add_to_cart, 1h) > 0 and not did(purchase, 1h)",
             but_not(within("add_to_cart", "1h"), within("purchase", "1h"))),
    Audience("wanders", "distinct(view_item, category, 20m) >= 3",
             having(within("view_item", "20m"), "count(DISTINCT category) >= 3")),
    Audience("compares_brands", "distinct(view_item, brand, 1h) >= 5",
             having(within("view_item", "1h"), "count(DISTINCT brand) >= 5")),
    Audience("looked_at_ten", "distinct(view_item, product, 1d) >= 10",
             having(within("view_item", "1d"), "count(DISTINCT product) >= 10")),
    Audience("looks_up", "max(view_item, value, 15m) > 1000",
             having(within("view_item", "15m"), "max(value) > 100000")),
    Audience("looks_down", "min(view_item, value, 1h) < 10",
             having(within("view_item", "1h"), "min(value) < 1000")),
    Audience("dear_taste", "avg(view_item, value, 45m) > 500",
             having(within("view_item", "45m"), "sum(value) > 50000 * count(value)")),
    Audience("paid", "sum(purchase, value, 2h) > 300",
             having(within("purchase", "2h"), "sum(value) > 30000")),
    Audience("customers", "lifetime.orders >= 2 or lifetime.revenue > 500",
             lifetime("orders >= 2 OR revenue > 50000")),
    Audience("gone_quiet", "since(view_item) > 1h and lifetime.events >= 3",
             both(older("view_item", "1h"), lifetime("events >= 3"))),
    Audience("phone_just_now", 'since(view_item, category == "electronics.smartphone") <= 90s',
             younger("view_item", "90s", "category = 'electronics.smartphone'")),
    Audience("newcomers", "first_seen < 5m", lifetime(f"first_at > :t - {5 * MINUTE}")),
    Audience("not_looking", "not did(view_item, 30m) or did(purchase, 2m)",
             either(but_not(KNOWN, within("view_item", "30m")), within("purchase", "2m"))),
]

WINDOWS = [10 * SECOND, 90 * SECOND] + [n * MINUTE for n in (1, 2, 3, 5, 10, 15, 20, 30, 45)] + [
    HOUR, 2 * HOUR]


def rows_of(path):
    with tarfile.open(fileobj=io.BytesIO(zstd_bytes(path))) as archive:
        name, = [name for name in archive.getnames() if name.endswith(".csv")]
        text = archive.extractfile(name).read().decode("utf-8")
    return [row for row in csv.DictReader(io.StringIO(text, newline=""))
            if row["user_session"] is not None]  # the file's last row is cut in its middle


def load(path):
    rows = rows_of(path)
    deliveries = deliver(map(event_of, rows), seed=46, late_max=40 * MINUTE,
                         repeat_max=20 * MINUTE, second_line=lambda key, line, dice: line)
    return DataSet("REES46, October 2019", "USD", deliveries, AUDIENCES, WINDOWS,
                   fill_database(rows, deliveries))
