"""What the oracle's data sets have in common: rows delivered late and twice, instants that lie on
the edges of windows, and small pieces of SQL. Nothing here is shared with the engine."""
import dataclasses
import random
import subprocess

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


@dataclasses.dataclass
class Audience:
    name: str
    when: str  # in the engine's language
    sql: str   # the same by hand; :t is the instant
    of_ranks: bool = False  # depends on all customers
    of_model: bool = False  # depends on the lifetime value model, so it is compared at rest


@dataclasses.dataclass
class Delivery:
    arrival: int  # ms
    key: str      # of the fact it delivers
    line: str     # the event as JSON
    is_repeat: bool = False
    is_late: bool = False


@dataclasses.dataclass
class DataSet:
    name: str
    currency: str
    deliveries: list  # ascending by arrival
    audiences: list
    windows: list     # ms, for instants on their edges
    database: object  # sqlite3 connection with tables event (and item)
    files: list = dataclasses.field(default_factory=list)    # YAML that defines `audiences`
    prepare: object = None  # called with each instant and the model's parameters before its queries
    moments: dict = dataclasses.field(default_factory=dict)  # name → instants worth a look
    rests: list = dataclasses.field(default_factory=list)  # (begin, end) of pauses, see Rests


def ms(duration):
    """"90d" → milliseconds."""
    return int(duration[:-1]) * UNITS[duration[-1]]


def zstd_bytes(path):
    return subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout


class Rests:
    """Pauses put into a data set: at each of some instants time stands still for LENGTH, and what
    comes later comes that much later. A new lifetime value model is seen by a customer at their
    next step, which is at most LOOK away: from then on until a pause ends everybody is judged by
    the model that is in force, whenever it was that it came into force before."""
    LOOK = 7 * DAY
    LENGTH = LOOK + 3 * DAY

    def __init__(self, begins=()):
        self.begins = begins  # ascending

    def moved(self, at):
        return at + self.LENGTH * sum(begin <= at for begin in self.begins)

    def spans(self):
        begins = [begin + n * self.LENGTH for n, begin in enumerate(self.begins)]
        return [(begin, begin + self.LENGTH) for begin in begins]

    def undisturbed(self, arrival):
        """What would arrive during a pause does so when it is over."""
        return max([arrival] + [end for begin, end in self.spans() if begin <= arrival < end])


def deliver(rows, seed, late_max, repeat_max, second_line, late_share=0.04, rests=Rests()):
    """Deliveries of (key, at, line), in the order they arrive: one in 25 arrives up to `late_max`
    late, one in 40 comes again up to `repeat_max` later. `second_line` may change what is sent the
    second time. The first delivery of a key is the one that counts."""
    dice = random.Random(seed)
    deliveries = []
    for key, at, line in rows:
        late = dice.randrange(1, late_max) if dice.random() < late_share else 0
        arrival = rests.undisturbed(at + late)
        deliveries.append(Delivery(arrival, key, line, is_late=arrival > at))
        if dice.random() < 0.025:
            again = rests.undisturbed(arrival + dice.randrange(repeat_max))
            deliveries.append(Delivery(again, key, second_line(key, line, dice)))
    deliveries.sort(key=lambda delivery: delivery.arrival)
    seen = set()
    for delivery in deliveries:
        delivery.is_repeat = delivery.key in seen
        seen.add(delivery.key)
    return deliveries


def store_deliveries(database, deliveries):
    database.execute("CREATE TABLE delivery (key TEXT PRIMARY KEY, arrival INTEGER, seq INTEGER)")
    database.executemany("INSERT INTO delivery VALUES (?, ?, ?)",
                         [(delivery.key, delivery.arrival, seq)
                          for seq, delivery in enumerate(deliveries) if not delivery.is_repeat])


def instants(data_set, count, seed):
    """Ascending instants: random ones, and as many that lie exactly on, 1 ms before and 1 ms after
    an event's time or the moment it leaves a window; midnights; a moment of each kind the data set
    names; and long after the end."""
    dice = random.Random(seed)
    times = [time for time, in data_set.database.execute("SELECT at FROM event ORDER BY at")]
    first, last = times[0], max(delivery.arrival for delivery in data_set.deliveries)
    chosen = {last + 401 * DAY, last + max(data_set.windows) // 3, (last // DAY) * DAY}
    chosen.add((dice.randrange(first + DAY, last + DAY) // DAY) * DAY)
    chosen.update(dice.choice(times) for times in data_set.moments.values() if times)
    while len(chosen) < count:
        kind = dice.randrange(4)
        if kind == 0:
            chosen.add(dice.randrange(first, last))
            continue
        edge = dice.choice(times) + (dice.choice(data_set.windows) if kind == 1 else 0)
        edge += dice.choice((-1, 0, 1))
        if first <= edge <= last + max(data_set.windows):
            chosen.add(edge)
    return sorted(chosen)


def resting_instants(data_set, count, seed):
    """In the pauses and after the end, once a new model has been seen by everybody: on, 1 ms before
    and 1 ms after the instants at which somebody's lifetime value is taken anew."""
    dice = random.Random(seed)
    rows = data_set.database.execute("SELECT at FROM event WHERE type = 'purchase'")
    orders = [at for at, in rows]
    last = max(delivery.arrival for delivery in data_set.deliveries)
    spans = [(begin + Rests.LOOK, end) for begin, end in data_set.rests]
    spans.append((last + Rests.LOOK, last + 100 * DAY))
    chosen = set()
    while len(chosen) < count:
        begin, end = spans[len(chosen) % len(spans)]
        step = dice.choice((DAY, 7 * DAY))
        order = dice.choice(orders)
        instant = order + (dice.randrange(begin, end) - order) // step * step
        if begin <= instant < end:
            chosen.add(instant + dice.choice((-1, 0, 1) if instant > begin else (0, 1)))
    return sorted(chosen)


# --- SQL ------------------------------------------------------------------------------------------

KNOWN = "SELECT who FROM event WHERE arrival <= :t"  # everybody who ever sent something


def within(kind, window, condition="1"):
    """Rows of `event` of a type inside (t − window, t]."""
    of_kind = "1" if kind == "any" else f"type = '{kind}'"
    return (f"SELECT who FROM event WHERE {of_kind} AND at > :t - {ms(window)} AND at <= :t "
            f"AND arrival <= :t AND ({condition})")


def older(kind, age, condition="1", inclusive=False):
    """since(kind) > age (>= when inclusive): everybody without such an event that is younger."""
    compare = ">" if inclusive else ">="
    return (f"{KNOWN} AND who NOT IN (SELECT who FROM event WHERE type = '{kind}' AND at <= :t "
            f"AND at {compare} :t - {ms(age)} AND arrival <= :t AND ({condition}))")


def younger(kind, age, condition="1", inclusive=True):
    """since(kind) <= age (< when not inclusive)."""
    compare = ">=" if inclusive else ">"
    return (f"SELECT who FROM event WHERE type = '{kind}' AND at <= :t "
            f"AND at {compare} :t - {ms(age)} AND arrival <= :t AND ({condition})")


def having(rows, condition):
    return f"{rows} GROUP BY who HAVING {condition}"


def both(*queries):
    return " INTERSECT ".join(f"SELECT who FROM ({query})" for query in queries)


def either(*queries):
    return " UNION ".join(f"SELECT who FROM ({query})" for query in queries)


def but_not(query, excluded):
    return f"SELECT who FROM ({query}) EXCEPT SELECT who FROM ({excluded})"
