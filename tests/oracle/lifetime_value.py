"""BG/NBD and Gamma-Gamma as their authors print them (Fader, Hardie, Lee 2005; Fader, Hardie 2013),
with 40 decimal digits, so that neither cancellation nor a lost digit decides who is in an audience.
Nothing here is shared with the engine."""
import dataclasses
import decimal
from decimal import Decimal

from facts import DAY

FRESH_DAYS = 28  # for so long scores change once a day, later once a week
CONTEXT = decimal.Context(prec=40, Emax=999_999, Emin=-999_999)


def hypergeometric(a, b, c, z):
    """₂F₁ by its power series; 0 ≤ z < 1."""
    term = total = Decimal(1)
    n = 0
    while abs(term) > abs(total) * Decimal("1e-36"):
        term = term * (a + n) * (b + n) * z / ((c + n) * (n + 1))
        total += term
        n += 1
    return total


def steps_begin(last_order, now):
    """As of when scores are taken: the last whole day, later week, since the newest order."""
    days = max(0, now - last_order) // DAY
    return last_order + (days if days < FRESH_DAYS else days // 7 * 7) * DAY


@dataclasses.dataclass(frozen=True)
class Customer:
    orders: int
    revenue: int      # minor units
    first_order: int  # ms
    last_order: int


class Model:
    """`parameters`: r alpha a b (days), p q v (minor units), as text."""

    def __init__(self, parameters):
        self.parameters = {name: Decimal(value) for name, value in parameters.items()}
        self.known = {}

    def __eq__(self, other):
        return isinstance(other, Model) and self.parameters == other.parameters

    def scores(self, customer, now, days):
        """(p_alive in millionths, clv of so many days in minor units)."""
        as_of = steps_begin(customer.last_order, now)
        asked = (customer, as_of, days)
        if asked not in self.known:
            with decimal.localcontext(CONTEXT):
                self.known[asked] = self.compute(customer, as_of, days)
        return self.known[asked]

    def compute(self, customer, as_of, days):
        r, alpha, a, b = (self.parameters[name] for name in ("r", "alpha", "a", "b"))
        x = customer.orders - 1
        t_x = Decimal(customer.last_order - customer.first_order) / DAY
        age = Decimal(as_of - customer.first_order) / DAY
        odds = a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x) if x else Decimal(0)
        alive = 1 / (1 + odds)
        far = alpha + age + days
        orders = ((a + b + x - 1) / (a - 1) * alive
                  * (1 - ((alpha + age) / far) ** (r + x)
                     * hypergeometric(r + x, b + x, a + b + x - 1, days / far)))
        worth = max(Decimal(0), orders * self.next_order(customer))
        return tuple(int(value.quantize(Decimal(1), decimal.ROUND_HALF_UP))
                     for value in (alive * 1_000_000, worth))

    def next_order(self, customer):
        p, q, v = (self.parameters[name] for name in ("p", "q", "v"))
        weight = p * customer.orders / (p * customer.orders + q - 1)
        mean = max(Decimal(0), Decimal(customer.revenue) / customer.orders)
        return weight * mean + (1 - weight) * p * v / (q - 1)


def check_published_values():
    """CDNOW, in weeks."""
    with decimal.localcontext(CONTEXT):
        r, alpha, a, b = map(Decimal, ("0.2425945", "4.4136019", "0.7929199", "2.4258881"))
        x, t_x, age, ahead = 2, Decimal("30.43"), Decimal("38.86"), 39
        alive = 1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x))
        days = Model({"r": r, "alpha": 7 * alpha, "a": a, "b": b, "p": "6.25", "q": "3.74",
                      "v": "1544"})
        week = 7 * DAY
        customer = Customer(3, 7500, 0, int(t_x * week))
        found, worth = days.compute(customer, int(age * week), 7 * ahead)
        assert round(alive, 5) == Decimal("0.72661") and found == round(alive * 1_000_000)
        purchases = worth / days.next_order(customer)
        assert abs(purchases - Decimal("1.2259")) < Decimal("0.001"), purchases


check_published_values()
