"""BG/NBD and Gamma-Gamma as their authors print them (Fader, Hardie, Lee 2005; Fader, Hardie 2013),
with 40 decimal digits wherever fewer could decide who is in an audience.
Nothing here is shared with the engine."""
import dataclasses
import decimal
import math
from decimal import Decimal

from facts import DAY

FRESH_DAYS = 28  # for so long scores change once a day, later once a week
CONTEXT = decimal.Context(prec=40, Emax=999_999, Emin=-999_999)


def hypergeometric(a, b, c, z):
    """₂F₁ by its power series; 0 ≤ z < 1. In the numbers it is asked in."""
    number = type(z)
    term = total = number(1)
    small = number("1e-17" if number is float else "1e-36")
    n = 0
    while abs(term) > abs(total) * small:
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
        self.in_floats = {name: float(value) for name, value in parameters.items()}
        self.known = {}

    def __eq__(self, other):
        return isinstance(other, Model) and self.parameters == other.parameters

    def alive(self, customer, now):
        """The chance to be alive, in millionths."""
        return self.rounded(self.chance, customer, steps_begin(customer.last_order, now), 1_000_000)

    def clv(self, customer, now, days):
        """The revenue of so many days from now, in minor units."""
        return self.rounded(self.worth, customer, steps_begin(customer.last_order, now), days)

    def rounded(self, formula, *asked):
        """Half up. In floats, and again with 40 digits where those may have lost too many."""
        if (formula, asked) not in self.known:
            value = formula(self.in_floats, *asked)
            if value is None or abs(value % 1 - 0.5) < 1e-8 * (1 + value):
                with decimal.localcontext(CONTEXT):
                    value = formula(self.parameters, *asked)
            self.known[formula, asked] = math.floor(value + type(value)(0.5))
        return self.known[formula, asked]

    @staticmethod
    def chance(model, customer, as_of, of_one):
        number = type(model["r"])
        x = customer.orders - 1
        if x == 0:
            return number(of_one)
        t_x = number(customer.last_order - customer.first_order) / DAY
        age = number(as_of - customer.first_order) / DAY
        silence = (model["alpha"] + age) / (model["alpha"] + t_x)
        odds = model["a"] / (model["b"] + x - 1) * silence ** (model["r"] + x)
        return of_one / (1 + odds)

    @staticmethod
    def worth(model, customer, as_of, days):
        """None when floats do not do."""
        r, alpha, a, b = (model[name] for name in ("r", "alpha", "a", "b"))
        number = type(r)
        x = customer.orders - 1
        since = alpha + number(as_of - customer.first_order) / DAY
        far = since + days
        lost = 1 - (since / far) ** (r + x) * hypergeometric(
            r + x, b + x, a + b + x - 1, days / far)
        if number is float and not abs(lost) > 1e-3:
            return None
        orders = (a + b + x - 1) / (a - 1) * lost * Model.chance(model, customer, as_of, 1)
        return max(number(0), orders * Model.next_order(model, customer))

    @staticmethod
    def next_order(model, customer):
        p, q, v = (model[name] for name in ("p", "q", "v"))
        number = type(p)
        weight = p * customer.orders / (p * customer.orders + q - 1)
        mean = max(number(0), number(customer.revenue) / customer.orders)
        return weight * mean + (1 - weight) * p * v / (q - 1)


def check_published_values():
    """CDNOW, in weeks; worth is what 39 weeks bring at an order of 1000 each time."""
    weeks = {"r": "0.2425945", "alpha": "4.4136019", "a": "0.7929199", "b": "2.4258881"}
    days = {**weeks, "alpha": "30.8952133", "p": "6.25", "q": "3.74", "v": "1544"}
    model = Model(days)
    customer = Customer(3, 7500, 0, round(30.43 * 7 * DAY))
    as_of = round(38.86 * 7 * DAY)
    for parameters in (model.in_floats, model.parameters):
        with decimal.localcontext(CONTEXT):
            orders = (Model.worth(parameters, customer, as_of, 39 * 7)
                      / Model.next_order(parameters, customer))
            assert round(orders, 4) == round(type(orders)("1.2259"), 4), orders
            alive = Model.chance(parameters, customer, as_of, 1)
            assert round(alive, 5) == round(type(alive)("0.72661"), 5), alive


check_published_values()
