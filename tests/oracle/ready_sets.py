"""The data sets the ready audiences are tried on, brought into one shape (stories.Fact).

The ready audiences name categories and years of their own, so the data are brought to them: the
largest categories are renamed "shoes" and "shoe care", and all times are moved by whole days, so
that a set begins where BEGIN says. Those that know purchases only get companion events; see
stories.py.
"""
import csv
import decimal
import hashlib
import io
import json
import sqlite3
import tarfile
import zlib

import bucket
import ready
import ready_tables
import rees46
import stories
from facts import DAY, HOUR, DataSet, Rests, deliver, store_deliveries, zstd_bytes
from stories import Fact, Line
from uci import epoch_ms

BEGIN = ready.midnight("2025-10-01")


def cents(text):
    """Minor units, half away from zero; None for what is no price."""
    amount = decimal.Decimal(text or "-1")
    if amount < 0:
        return None
    return int((amount * 100).quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))


def decimal_text(minor):
    return f"{minor // 100}.{minor % 100:02}"


# --- facts to the server and into SQLite ----------------------------------------------------------

def line_of(fact):
    """The event as JSON."""
    event = {"event_id": fact.key, "visitor": fact.who, "type": fact.type, "at": fact.at}
    if fact.lines:
        event["items"] = [item_of(line) for line in fact.lines]
    if fact.value is not None:
        event["value"] = decimal_text(fact.value)
    for name in ("order", "coupon", "channel", "consent"):
        if getattr(fact, name):
            event[name] = getattr(fact, name)
    if fact.traits:
        event["props"] = fact.traits
    if any(fact.campaign):
        event["campaign"] = dict(zip(("source", "medium", "name"), fact.campaign))
    return json.dumps(event)


def item_of(line):
    item = {"product": line.product, "quantity": line.quantity}
    if line.category:
        item["category"] = line.category
    if line.brand:
        item["brand"] = line.brand
    if line.price is not None:
        item["price"] = decimal_text(line.price)
    return item


def fill_database(facts, deliveries):
    database = sqlite3.connect(":memory:")
    key_of = bucket.key_function()
    database.create_function("bucket", 2, lambda experiment, who: bucket.bucket_of(
        experiment, *key_of(who)), deterministic=True)
    store_deliveries(database, deliveries)
    database.executescript("""
      CREATE TABLE raw (key, who, type, at, value, coupon, source, medium, campaign, channel);
      CREATE TABLE item (key, product, category, quantity, price);
      CREATE TABLE trait (key, name, value);
      CREATE TABLE consent (key, purpose, granted);
    """)
    database.executemany(
        "INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((f.key, f.who, f.type, f.at, f.value, f.coupon, *(f.campaign or ("", "", "")), f.channel)
         for f in facts))
    database.executemany(
        "INSERT INTO item VALUES (?, ?, ?, ?, ?)",
        ((f.key, line.product, line.category, line.quantity, line.price)
         for f in facts for line in f.lines))
    database.executemany("INSERT INTO trait VALUES (?, ?, ?)", (
        (f.key, name, "" if value is None else str(value))
        for f in facts for name, value in f.traits.items()))
    database.executemany("INSERT INTO consent VALUES (?, ?, ?)", (
        (f.key, purpose, granted) for f in facts for purpose, granted in f.consent.items()))
    database.executescript("""
      CREATE INDEX item_key ON item (key, category);
      CREATE INDEX trait_key ON trait (key);
      CREATE INDEX consent_key ON consent (key);
      CREATE TABLE event AS
        SELECT key, who, type, at,
               ifnull(value, (SELECT sum(price * quantity) FROM item WHERE item.key = raw.key))
                 AS value,
               coupon, source, medium, campaign, channel, arrival, seq
        FROM raw JOIN delivery USING (key);
      CREATE INDEX event_arrival ON event (arrival);
      CREATE INDEX event_who ON event (who);
      CREATE TABLE cart_line AS
        SELECT who, product, seq, arrival,
               sum(CASE type WHEN 'add_to_cart' THEN quantity ELSE -quantity END) AS quantity,
               max(price) AS price
        FROM event JOIN item USING (key)
        WHERE type IN ('add_to_cart', 'remove_from_cart', 'purchase')
          AND (who, product) IN (SELECT who, product FROM event JOIN item USING (key)
                                 WHERE type = 'add_to_cart')
        GROUP BY key, product;
      CREATE INDEX cart_line_who ON cart_line (who, product, seq);
    """)
    return database


def data_set(name, currency, facts, moments, share, late_share=0.01, rests=Rests()):
    """`share`: only one in so many people."""
    facts = [fact for fact in facts if zlib.crc32(fact.who.encode()) % share == 0]
    facts.sort(key=lambda fact: (fact.at, fact.key))
    for fact in facts:
        fact.at = rests.moved(fact.at)
    moments = {name: [rests.moved(at) for at in times] for name, times in moments.items()}
    late_max = min(10 * DAY, (facts[-1].at - facts[0].at) // 10)
    deliveries = deliver(((fact.key, fact.at, line_of(fact)) for fact in facts), seed=2026,
                         late_max=late_max, repeat_max=late_max // 3,
                         second_line=lambda key, line, dice: line, late_share=late_share,
                         rests=rests)
    database = fill_database(facts, deliveries)
    tables = ready_tables.Tables(database)
    return DataSet(name, currency, deliveries, ready.AUDIENCES, ready.WINDOWS, database,
                   files=ready.FILES, prepare=tables.bring_to,
                   moments=moments, rests=rests.spans())


RESTS_PER_SET = 4


def with_companions(name, currency, purchases, others, share, late_share=0.01,
                    rest_count=RESTS_PER_SET):
    first = min(fact.at for fact in purchases)
    last = max(fact.at for fact in purchases)
    told, moments = stories.companions(purchases, first, last)
    rests = Rests([(first + (last - first) * n // (rest_count + 1)) // DAY * DAY
                   for n in range(1, rest_count + 1)])
    return data_set(name, currency, purchases + others + told, moments, share, late_share, rests)


# --- UCI Online Retail ----------------------------------------------------------------------------

CATEGORY_OF_CODE = {"22": "shoes", "84": "shoe care"}


class Uci:
    @staticmethod
    def load(path, share, late_share=0.01, rest_count=RESTS_PER_SET):
        text = zstd_bytes(path).decode("utf-8")
        facts = {}
        for row in csv.DictReader(io.StringIO(text, newline="")):
            Uci.take(row, facts)
        move = BEGIN - min(fact.at for fact in facts.values()) // DAY * DAY
        for fact in facts.values():
            fact.at += move
        purchases = [fact for fact in facts.values() if fact.type == "purchase"]
        others = [fact for fact in facts.values() if fact.type != "purchase"]
        return with_companions("UCI Online Retail", "EUR", purchases, others, share, late_share,
                               rest_count)

    @staticmethod
    def take(row, facts):
        """An invoice is a purchase or, when its number begins with C, a refund; stock written off
        and adjusted debts are left out."""
        invoice, quantity = row["InvoiceNo"], int(row["Quantity"])
        is_refund = invoice.startswith("C")
        if invoice.startswith("A") or (quantity <= 0 and not is_refund):
            return
        at = epoch_ms(row["InvoiceDate"])
        fact = facts.get(invoice)
        if fact is None:
            who = row["CustomerID"].removesuffix(".0") or "guest-" + invoice
            fact = facts[invoice] = Fact(invoice, at, who, "refund" if is_refund else "purchase",
                                         order=invoice)
        fact.at = min(fact.at, at)
        code = row["StockCode"]
        fact.lines.append(Line(code, CATEGORY_OF_CODE.get(code[:2], code[:2]), "",
                               cents(row["UnitPrice"]), abs(quantity)))


# --- The Complete Journey -------------------------------------------------------------------------

class CompleteJourney:
    RENAMED = {"SOFT DRINKS": "shoes", "FLUID MILK PRODUCTS": "shoe care"}

    @staticmethod
    def load(path, share):
        with tarfile.open(fileobj=io.BytesIO(zstd_bytes(path))) as archive:
            def rows(file):
                member = archive.extractfile(f"completejourney/{file}.csv")
                return csv.DictReader(io.TextIOWrapper(member, "utf-8", newline=""))
            products = {row["product_id"]: row for row in rows("products")}
            baskets = {}
            for row in rows("transactions_sample"):
                CompleteJourney.take(row, products, baskets)
        move = BEGIN - min(fact.at for fact in baskets.values()) // DAY * DAY
        for fact in baskets.values():
            fact.at += move
        return with_companions("The Complete Journey", "EUR", list(baskets.values()), [], share)

    @staticmethod
    def take(row, products, baskets):
        """A basket is a purchase of what its rows sold."""
        basket, at = row["basket_id"], epoch_ms(row["transaction_timestamp"])
        fact = baskets.get(basket)
        if fact is None:
            fact = baskets[basket] = Fact(basket, at, "household-" + row["household_id"],
                                          "purchase", value=0, order=basket)
        fact.at = min(fact.at, at)
        sold = cents(row["sales_value"])
        fact.value += sold
        if float(row["coupon_disc"]) > 0:
            fact.coupon = "yes"
        quantity = int(float(row["quantity"]))
        if quantity < 1:
            return
        product = products.get(row["product_id"], {})
        category = product.get("product_category", "")
        fact.lines.append(Line(row["product_id"], CompleteJourney.RENAMED.get(category, category),
                               product.get("brand", ""), sold // quantity, quantity))


# --- REES46 ---------------------------------------------------------------------------------------

class Rees46:
    """Browsing as it was, moved over the midnight at which a quarter begins."""
    BEGIN = ready.midnight("2026-04-01") - 2 * HOUR

    @staticmethod
    def load(path, share):
        rows = rees46.rows_of(path)
        facts = {}
        for row in rows:
            content, at, _ = rees46.event_of(row)
            key = hashlib.sha1(content.encode()).hexdigest()
            facts[key] = Rees46.fact_of(key, at, row)
        first = min(fact.at for fact in facts.values())
        for fact in facts.values():
            fact.at += Rees46.BEGIN - first
        moments = {f"{n} hours": [Rees46.BEGIN + n * HOUR] for n in (1, 2, 3, 4, 5, 27, 52, 170)}
        return data_set("REES46, October 2019", "EUR", list(facts.values()), moments, share)

    @staticmethod
    def fact_of(key, at, row):
        code = row["category_code"]
        category = "shoes" if code.startswith("electronics.smartphone") else (
            "shoe care" if code.startswith("electronics") else code)
        line = Line(row["product_id"], category, row["brand"], cents(row["price"]) or 0)
        return Fact(key, at, row["user_id"], rees46.TYPES[row["event_type"]], lines=[line])
