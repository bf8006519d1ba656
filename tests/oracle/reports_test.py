#!/usr/bin/env python3
"""The reports against SQL: a real shop's year (UCI Online Retail with companion events) goes through
the server, and what /v1/reports says of it must be what SQL says of the raw rows.

    reports_test.py [--share N] [BINARY]
"""
import argparse
import csv
import datetime
import io
import sys

from oracle_test import SHIPPED, Replay, iso

import ready_sets
from facts import DAY
from server import Server, default_binary

STEPS = [("recency_dynamic", 120), ("recency_maybe", 240), ("recency_lapsing", 360),
         ("recency_lost", None)]
BY_ORDERS = ["regularity_prospect", "regularity_one_time", "regularity_repeat",
             "regularity_loyal"]


def day_text(instant):
    return datetime.datetime.fromtimestamp(instant / 1000, datetime.timezone.utc).date().isoformat()


def month_text(index):
    return f"{index // 12}-{index % 12 + 1:02}"


def month_index(text):
    return int(text[:4]) * 12 + int(text[5:7]) - 1


class Reports:
    def __init__(self, data_set, server):
        self.data_set = data_set
        self.server = server
        self.faults = []
        self.compared = 0
        database = data_set.database
        database.create_function("month", 1, lambda at: month_index(day_text(at)))
        # Everybody's orders, numbered; those of one instant are taken at once.
        database.executescript("""
          CREATE TABLE ordered AS
            SELECT who, at, row_number() OVER (PARTITION BY who ORDER BY at, key) AS n,
                   lag(at) OVER (PARTITION BY who ORDER BY at, key) AS before, month(at) AS month
            FROM event WHERE type = 'purchase';
          CREATE TABLE person AS
            SELECT who, min(at) AS first_seen,
                   min(CASE type WHEN 'purchase' THEN at END) AS first_order
            FROM event GROUP BY who;
        """)

    def get(self, report, **parameters):
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        answer = self.server.http.get(f"/v1/reports/{report}?{query}")
        if answer.status != 200:
            raise RuntimeError(f"{report}?{query}: {answer}")
        return answer

    def one(self, sql, **parameters):
        return self.data_set.database.execute(sql, parameters).fetchone()[0]

    def same(self, what, found, expected):
        self.compared += 1
        if found != expected:
            self.faults.append(f"{what}: the server says {found}, SQL says {expected}")

    # --- moves ------------------------------------------------------------------------------------

    def expected_moves(self, histories, begin, end):
        moves = {}
        for history in histories:
            for (_, place), (at, following) in zip([(0, None)] + history, history):
                if begin <= at < end and place != following:
                    moves[place, following] = moves.get((place, following), 0) + 1
        return moves

    def recency_histories(self, until):
        """(instant, step) of everybody: the next step begins 1 ms after the last day is over."""
        orders = {}
        for who, at in self.data_set.database.execute("SELECT who, at FROM ordered ORDER BY at"):
            orders.setdefault(who, []).append(at)
        for times in orders.values():
            history = []
            for at, following in zip(times, times[1:] + [until + 1]):
                history.append((at, "recency_dynamic"))
                for (_, last_day), (step, _) in zip(STEPS, STEPS[1:]):
                    if at + last_day * DAY + 1 < following:
                        history.append((at + last_day * DAY + 1, step))
            yield history

    def regularity_histories(self):
        rows = self.data_set.database.execute("""
          SELECT person.who, first_seen, at, count(*) FROM person LEFT JOIN ordered USING (who)
          GROUP BY person.who, at ORDER BY person.who, at""")
        histories = {}
        for who, first_seen, at, count in rows:
            history = histories.setdefault(who, [(first_seen, 0)])
            if at is None:
                continue
            entry = (at, history[-1][1] + count)
            if at == history[-1][0]:
                history[-1] = entry
            else:
                history.append(entry)
        for history in histories.values():
            yield [(at, BY_ORDERS[min(orders, 3)]) for at, orders in history]

    def compare_flow(self, group, histories, begin, end):
        period = {"group": group, "from": day_text(begin), "to": day_text(end - 1)}
        answer = self.get("flow", **period).json()
        moves = {(move["from"], move["to"]): move["moves"] for move in answer["moves"]}
        self.same(f"moves of {period}", moves, self.expected_moves(histories, begin, end))
        text = self.get("flow", format="csv", **period).body.decode()
        rows = {(row["from"] or None, row["to"] or None): int(row["moves"])
                for row in csv.DictReader(io.StringIO(text))}
        self.same(f"moves of {period} as CSV", rows, moves)
        return answer

    def check_balance(self, answer):
        """Sizes after the period are those before it, plus moves in, less moves out."""
        for audience in answer["audiences"]:
            name = audience["name"]
            size = audience["before"]
            size += sum(move["moves"] for move in answer["moves"] if move["to"] == name)
            size -= sum(move["moves"] for move in answer["moves"] if move["from"] == name)
            self.same(f"{name} after {answer['to']}", audience["after"], size)

    # --- sizes ------------------------------------------------------------------------------------

    def compare_sizes(self, day_ends):
        """Of all audiences at the end of some days, ascending."""
        for end in day_ends:
            self.data_set.prepare(end - 1, {})
            day = day_text(end - 1)
            lines = self.get("sizes", **{"from": day, "to": day}).json()["days"]
            sizes = {line["audience"]: line["size"] for line in lines}
            for audience in self.data_set.audiences:
                if audience.of_ranks:  # on an import they are behind on their way
                    continue
                rows = self.data_set.database.execute(audience.sql, {"t": end - 1})
                self.same(f"size of {audience.name} at the end of {day}",
                          sizes[audience.name], len({who for who, in rows}))

    # --- growth, retention, cohorts ---------------------------------------------------------------

    def compare_growth(self, begin, end):
        growth = self.get("growth", **{"from": day_text(begin), "to": day_text(end - 1)}).json()
        within = {"begin": begin, "end": end}
        inside = "BETWEEN :begin AND :end - 1"
        for name, sql in {
                "new_leads": f"SELECT count(*) FROM person WHERE first_seen {inside} "
                             "AND (first_order IS NULL OR first_order > first_seen)",
                "new_customers": f"SELECT count(*) FROM person WHERE first_order {inside}",
                "repeat": f"SELECT count(*) FROM ordered WHERE n = 2 AND at {inside}",
                "reactivated": f"SELECT count(DISTINCT who) FROM ordered WHERE at {inside} "
                               f"AND at - before > {240 * DAY}",
                "ordering": f"SELECT count(DISTINCT who) FROM ordered WHERE at {inside}",
                "orders": f"SELECT count(*) FROM ordered WHERE at {inside}"}.items():
            self.same(f"{name} from {iso(begin)}", growth[name], self.one(sql, **within))

    def compare_retention(self, first, last):
        answer = self.get("retention", **{"from": month_text(first), "to": month_text(last)})
        active = {month: {who for who, in self.data_set.database.execute(
            "SELECT who FROM ordered WHERE month = ?", (month,))}
            for month in range(first - 1, last + 1)}
        for line in answer.json()["months"]:
            month = month_index(line["month"])
            before, both = active[month - 1], active[month - 1] & active[month]
            self.same(f"retention of {line['month']}",
                      (line["active"], line["active_before"], line["retained"]),
                      (len(active[month]), len(before), len(both)))
            rate = round(len(both) / len(before), 4) if before else None
            self.same(f"retention rate of {line['month']}", line["retention"], rate)
        self.same("months", len(answer.json()["months"]), last - first + 1)

    def compare_cohorts(self, first, last):
        answer = self.get("cohorts", **{"from": month_text(first), "to": month_text(last)})
        for line in answer.json()["cohorts"]:
            cohort = month_index(line["month"])
            rows = dict(self.data_set.database.execute("""
              SELECT month - :cohort, count(DISTINCT who) FROM ordered
              WHERE month <= :last AND who IN
                (SELECT who FROM ordered WHERE n = 1 AND month = :cohort) GROUP BY month""",
                {"cohort": cohort, "last": last}))
            self.same(f"cohort {line['month']}", line["active"],
                      [rows.get(k, 0) for k in range(last - cohort + 1)])
            repeaters = self.one("""SELECT count(DISTINCT who) FROM ordered WHERE n = 2
              AND month <= :last AND who IN
                (SELECT who FROM ordered WHERE n = 1 AND month = :cohort)""",
                cohort=cohort, last=last)
            self.same(f"repeaters of {line['month']}", line["repeaters"], repeaters)
        self.same("cohorts", len(answer.json()["cohorts"]), last - first + 1)


def compare_all(reports, until):
    begin = ready_sets.BEGIN
    recency = list(reports.recency_histories(until))
    regularity = list(reports.regularity_histories())
    days_in_all = (until - begin) // DAY
    for first, last in ((0, days_in_all + 1), (30, 60), (100, 101), (200, days_in_all)):
        period = (begin + first * DAY, begin + last * DAY)
        reports.compare_flow("recency", recency, *period)
        reports.check_balance(reports.compare_flow("regularity", regularity, *period))
        stage = reports.get("flow", **{"from": day_text(period[0]), "to": day_text(period[1] - 1)})
        reports.check_balance(stage.json())
        reports.compare_growth(*period)
    reports.compare_sizes([begin + n * DAY for n in (1, 45, 170, 290, days_in_all)])
    reports.compare_retention(month_index("2025-09"), month_index("2026-10"))
    reports.compare_cohorts(month_index("2025-10"), month_index("2026-09"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--share", type=int, default=1)
    arguments = parser.parse_args()
    data_set = ready_sets.Uci.load(SHIPPED, arguments.share, late_share=0, rest_count=0)
    until = max(delivery.arrival for delivery in data_set.deliveries) + 100 * DAY
    with Server(arguments.binary, {}, currency=data_set.currency) as server:
        server.config["audiences"] = [str(file) for file in data_set.files]
        server.start()
        replay = Replay(data_set, server)
        halfway = data_set.deliveries[len(data_set.deliveries) // 2].arrival
        replay.send_until(halfway)
        reports = Reports(data_set, server)
        reports.get("flow", **{"from": "2025-10", "to": "2026-09"})  # counted now, saved at the end
        if server.stop() != 0:
            replay.faults.append("the server did not stop well")
        server.start()  # and goes on from there
        replay.send_until(until)
        server.tick(until)
        if server.stop() != 0:  # saves everybody: some reports are of what is saved
            replay.faults.append("the server did not stop well")
        server.start()
        compare_all(reports, until)
    faults = replay.faults + reports.faults
    print(f"   reports: {replay.sent} deliveries, {reports.compared} figures and tables compared: "
          f"{'equal' if not faults else 'DIFFERENT'}")
    print("\n".join(faults[:100]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
