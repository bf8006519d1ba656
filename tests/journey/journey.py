"""A grocer's mailed coupons, weighed against other ways of mailing: off-policy estimates on real data.

The data (dunnhumby "The Complete Journey", CC0) tell which household was mailed which campaign, what it
redeemed and a sample of what it bought. Nobody wrote down how likely each household was to be mailed,
so that is estimated: the share mailed among households of the same kind (what they spent before, how
often they redeemed before) in the same campaign. Kinds in which all or nobody were mailed tell nothing
of the other choice and are left out; how many is printed.

A decision is a household and a campaign; its reward what the household bought from the campaign's start
to its end (in the sample), or whether it redeemed one of its coupons. `rekindle simulate --rows` makes
the estimates. Deterministic. Run by `./dev journey`; takes the program's path.
"""

import bisect
import collections
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("REKINDLE_DATA", ROOT.parent / "shared" / "data"))
ARCHIVE = "completejourney.tar.zst"
FIRST_START = "2017-02-15"  # six weeks of purchases come before it
TERCILES = 3
MAILED_MIN = 0.03  # kinds with a smaller share of either choice have no overlap
EXPECT_PRIOR = 10  # decisions that the mean of all counts as beside a kind's own


def find_archive():
    archive = SHARED / ARCHIVE
    return archive if archive.exists() else None


def read(folder, name):
    with open(folder / "completejourney" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Journey:
    """What happened, by household and day."""

    def __init__(self, folder):
        self.mailed = collections.defaultdict(set)  # campaign -> households
        for row in read(folder, "campaigns"):
            self.mailed[row["campaign_id"]].add(row["household_id"])
        self.campaigns = {row["campaign_id"]: row for row in read(folder, "campaign_descriptions")}
        self.redeemed = collections.defaultdict(list)  # household -> (day, campaign)
        for row in read(folder, "coupon_redemptions"):
            self.redeemed[row["household_id"]].append((row["redemption_date"], row["campaign_id"]))
        bought = collections.defaultdict(list)  # household -> (day, amount)
        for row in read(folder, "transactions_sample"):
            bought[row["household_id"]].append(
                (row["transaction_timestamp"][:10], float(row["sales_value"])))
        self.bought = {}  # household -> days ascending, and sums up to each
        for household, lines in bought.items():
            lines.sort()
            sums = [0.0]
            for _, amount in lines:
                sums.append(sums[-1] + amount)
            self.bought[household] = ([day for day, _ in lines], sums)

    def spent(self, household, first, last):
        """From day `first` to day `last`, both included."""
        days, sums = self.bought[household]
        return sums[bisect.bisect_right(days, last)] - sums[bisect.bisect_left(days, first)]

    def redemptions(self, household, before=None, campaign=None):
        return sum(1 for day, of in self.redeemed.get(household, ())
                   if (before is None or day < before) and (campaign is None or of == campaign))


class Decision:
    def __init__(self, household, campaign, kind, is_mailed, spend, is_redeemed):
        self.household = household
        self.campaign = campaign
        self.kind = kind  # (tercile of spending, redeemed before)
        self.is_mailed = is_mailed
        self.rewards = {"revenue": spend, "redeemed": 1.0 if is_redeemed else 0.0}
        self.chance = 0.0  # of being mailed


def decisions_of(journey):
    decisions = []
    households = sorted(journey.bought, key=int)
    for campaign, about in sorted(journey.campaigns.items(), key=lambda item: int(item[0])):
        start, end = about["start_date"], about["end_date"]
        if start < FIRST_START or not journey.mailed[campaign]:
            continue
        since = (datetime.date.fromisoformat(start) - datetime.timedelta(days=42)).isoformat()
        yesterday = (datetime.date.fromisoformat(start) - datetime.timedelta(days=1)).isoformat()
        before = {h: journey.spent(h, since, yesterday) for h in households}
        ranked = sorted(households, key=lambda h: (before[h], int(h)))
        tercile = {h: i * TERCILES // len(ranked) for i, h in enumerate(ranked)}
        for household in households:
            has_redeemed = journey.redemptions(household, before=start) > 0
            decisions.append(Decision(
                household, campaign, (tercile[household], has_redeemed),
                household in journey.mailed[campaign], journey.spent(household, start, end),
                journey.redemptions(household, campaign=campaign) > 0))
    return decisions


def with_chances(decisions):
    """Those for which both choices happened to their kind, with the chance that they were mailed."""
    cells = collections.defaultdict(list)
    for decision in decisions:
        cells[decision.campaign, decision.kind].append(decision)
    kept = []
    for cell in cells.values():
        share = sum(d.is_mailed for d in cell) / len(cell)
        if not MAILED_MIN <= share <= 1 - MAILED_MIN:
            continue
        for decision in cell:
            decision.chance = share
            kept.append(decision)
    return kept


POLICIES = {
    "as it was": lambda decision: decision.chance,
    "nobody": lambda decision: 0.0,
    "everybody": lambda decision: 1.0,
    "who redeemed before": lambda decision: 1.0 if decision.kind[1] else 0.0,
    "the best third by spending": lambda decision: 1.0 if decision.kind[0] == TERCILES - 1 else 0.0,
    "any half, by lot": lambda decision: 0.5,
}


def expectations(decisions, reward):
    """(expected if mailed, if not) by decision: means of the other half of the households."""
    sums = collections.defaultdict(lambda: [0.0, 0])
    for d in decisions:
        half = int(d.household) % 2
        for key in ((half, d.is_mailed), (half, d.is_mailed, d.kind, d.campaign)):
            sums[key][0] += d.rewards[reward]
            sums[key][1] += 1

    def mean(half, is_mailed, d):
        total, count = sums[half, is_mailed]
        overall = total / count if count else 0.0
        total, count = sums.get((half, is_mailed, d.kind, d.campaign), (0.0, 0))
        return (total + EXPECT_PRIOR * overall) / (count + EXPECT_PRIOR)

    return [tuple(mean(1 - int(d.household) % 2, is_mailed, d) for is_mailed in (True, False))
            for d in decisions]


def estimate(program, decisions, policy, reward, expected):
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as rows:
        for d, (if_mailed, if_not) in zip(decisions, expected):
            wanted = policy(d)
            rows.write(json.dumps({
                "visitor": d.household,
                "logged": d.chance if d.is_mailed else 1 - d.chance,
                "target": wanted if d.is_mailed else 1 - wanted,
                "reward": d.rewards[reward],
                "expected": if_mailed if d.is_mailed else if_not,
                "expected_target": wanted * if_mailed + (1 - wanted) * if_not}) + "\n")
        rows.flush()
        done = subprocess.run([program, "simulate", "--rows", rows.name, "--json"], check=True,
                              capture_output=True, text=True)
    return json.loads(done.stdout)


def check(name, got):
    """What must hold whatever the data say."""
    if name == "as it was":
        for kind in ("ips", "snips"):
            assert abs(got[kind]["value"] - got["logged"]["value"]) < 1e-4, (kind, got)
        # What is expected of a policy is not what was expected of each choice, so DR may differ.
        assert got["difference"]["low"] <= 0 <= got["difference"]["high"], got
        assert abs(got["effective_sample"] - got["decisions"]) < 0.01, got
    # Chances are shares of their kind, so weights are 1 on average for whatever depends on the kind.
    assert abs(got["mean_weight"] - 1) < 1e-3, got
    for kind in ("ips", "snips", "dr"):
        assert got[kind]["low"] <= got[kind]["value"] <= got[kind]["high"], got


def main(program):
    archive = find_archive()
    if archive is None:
        print(f"skipped: data absent ({SHARED / ARCHIVE})")
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", folder], check=True)
        all_decisions = decisions_of(Journey(pathlib.Path(folder)))
    decisions = with_chances(all_decisions)
    campaigns = len({d.campaign for d in decisions})
    print(f"{len(all_decisions)} decisions (a household and a campaign); {len(decisions)} of {campaigns} "
          f"campaigns with households of the same kind both mailed and not")
    for reward, unit in (("revenue", "bought in the campaign, $ of the sample"),
                         ("redeemed", "share that redeemed a coupon of it")):
        expected = expectations(decisions, reward)
        print(f"\n{unit}: IPS, SNIPS, DR with 95 % interval, effective sample")
        for name, policy in POLICIES.items():
            got = estimate(program, decisions, policy, reward, expected)
            check(name, got)
            print(f"  {name:<28}" + "".join(
                f"{got[kind]['value']:9.4f}" for kind in ("ips", "snips", "dr")) +
                f"  {got['dr']['low']:.4f} … {got['dr']['high']:.4f}"
                f"  {got['effective_sample']:9.0f}")


if __name__ == "__main__":
    main(sys.argv[1])
