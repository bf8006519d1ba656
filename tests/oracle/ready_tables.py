"""The tables and functions that the ready audiences' SQL (ready.py) is asked with, brought to one
instant after the other."""
import lifetime_value

LIFE = """
  CREATE TABLE life AS
    SELECT who, min(at) AS first_at, sum(type = 'purchase') AS orders,
           sum(CASE type WHEN 'purchase' THEN ifnull(value, 0) ELSE 0 END) AS purchased,
           sum(CASE type WHEN 'refund' THEN ifnull(value, 0) ELSE 0 END) AS refunded,
           sum(type = 'purchase' AND coupon <> '') AS coupon_orders,
           min(CASE type WHEN 'purchase' THEN at END) AS first_order,
           max(CASE type WHEN 'purchase' THEN at END) AS last_order
    FROM known GROUP BY who"""

# An average of money is a fraction whose parts a double holds; divided, equal ones are equal and
# different ones are not.
RANKED = """
  CREATE TABLE ranked AS
    SELECT who, count(*) OVER () AS n,
           rank() OVER (ORDER BY purchased - refunded) - 1 AS revenue_less,
           rank() OVER (ORDER BY purchased - refunded DESC) - 1 AS revenue_more,
           rank() OVER (ORDER BY orders) - 1 AS orders_less,
           rank() OVER (ORDER BY 1.0 * (purchased - refunded) / orders) - 1 AS aov_less,
           rank() OVER (ORDER BY last_order) - 1 AS recency_less
    FROM life WHERE orders > 0"""

# In the order things arrived: an add is +, a removal or a purchase −, and a product never goes below
# 0: what is left of it is its running total less the lowest that total ever was below 0. The price
# is that of the newest add. `cart_line` has only products that somebody once added.
CART = """
  CREATE TABLE cart AS
    SELECT who, sum(quantity) AS items, sum(quantity * price) AS value FROM (
      SELECT who, product, total - min(0, lowest) AS quantity,
             (SELECT price FROM cart_line AS added
              WHERE added.who = line.who AND added.product = line.product
                AND added.arrival <= :t AND added.quantity > 0 ORDER BY seq DESC LIMIT 1) AS price
      FROM (SELECT who, product, seq, total,
                   min(total) OVER (PARTITION BY who, product ORDER BY seq) AS lowest,
                   max(seq) OVER (PARTITION BY who, product) AS newest
            FROM (SELECT who, product, seq,
                         sum(quantity) OVER (PARTITION BY who, product ORDER BY seq) AS total
                  FROM cart_line WHERE arrival <= :t)) AS line
      WHERE seq = newest)
    GROUP BY who"""


class Tables:
    """Brings the tables to one instant after the other."""

    def __init__(self, database):
        self.database = database
        self.until = -1
        self.model = None
        self.customers = {}
        database.executescript("""
          CREATE TABLE known AS SELECT * FROM event WHERE 0;
          CREATE INDEX known_type ON known (type, at, who);
          CREATE INDEX known_who ON known (who, type, at);
          CREATE INDEX known_arrival ON known (arrival);
          CREATE TABLE life (who);
          CREATE TABLE ranked (who);
          CREATE TABLE cart (who);
        """)
        database.create_function("alive", 2, lambda who, now: self.model and self.model.alive(
            self.customers[who], now))
        database.create_function("clv", 3, lambda who, now, days: self.model and self.model.clv(
            self.customers[who], now, days))

    def bring_to(self, instant, parameters):
        """`parameters` of the newest model; none: there is no model."""
        model = lifetime_value.Model(parameters) if parameters else None
        if model != self.model:
            self.model = model
        added = self.database.execute("INSERT INTO known SELECT * FROM event "
                                      "WHERE arrival > ? AND arrival <= ?", (self.until, instant))
        self.until = instant
        if added.rowcount == 0:
            return
        for name, sql in (("life", LIFE), ("ranked", RANKED), ("cart", CART)):
            self.database.execute(f"DROP TABLE {name}")
            self.database.execute(sql.replace(":t", str(instant)))
        rows = self.database.execute("SELECT who, orders, purchased - refunded, first_order, "
                                     "last_order FROM life WHERE orders > 0")
        self.customers = {who: lifetime_value.Customer(*totals) for who, *totals in rows}
