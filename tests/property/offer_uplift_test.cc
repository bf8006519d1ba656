// A simulated shop in which the truth is known: what an offer causes. The engine's own account of
// it (trials of shown and ghosts, as operators/offers counts them) must have the truth within its
// 95 % interval in at least 93 of 100 shops.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/decision.h"
#include "core/tally_key.h"
#include "io/reports/experiment.h"
#include "operators/audience/bucket.h"
#include "operators/offers.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;
using io::Estimate;
using io::TrialSums;

constexpr size_t kCustomers = 1'500;
constexpr double kAnyway = 0.10;   // buy without the offer
constexpr double kMeanOrder = 60;  // in units of kSquareUnit
constexpr int64_t kHoldout = 3'000;

struct Shop {
  double uplift = 0;  // of the probability to buy, caused by the offer
  std::map<uint64_t, int64_t> tallies;

  // One customer: an offer is chosen for them, and they buy or not, more so if they see it. What
  // they spent before says something of what they spend now.
  void visit(uint64_t number, std::mt19937_64& dice) {
    OneVisitor world(make_offers());
    std::uniform_real_distribution<double> unit(0, 1);
    const double wealth = 0.5 + unit(dice);
    world.visitor.key = visitor_key(SiteId{}, std::to_string(number));
    world.visitor.lifetime.purchased = static_cast<int64_t>(wealth * 40'000);
    const bool is_ghost = audience::bucket_of("offer", world.visitor.key) < kHoldout;
    decide(world, is_ghost);
    const double chance = kAnyway + (is_ghost ? 0 : uplift);
    if (unit(dice) < chance) buy(world, wealth * 2 * kMeanOrder * unit(dice));
    world.pass(kNoon + days(40));
    for (const auto& [key, amount] : world.tallies) tallies[key] += amount;
  }

  [[nodiscard]] TrialSums side(uint8_t offset) const {
    const auto read = [&](TallyOf what) {
      double sum = 0;
      const auto of = static_cast<TallyOf>(static_cast<uint8_t>(what) + offset);
      for (int64_t week = week_of(kNoon); week < week_of(kNoon) + 8; ++week) {
        const auto found = tallies.find(tally_key(SiteId{}, name_hash("offer"), of, week));
        if (found != tallies.end()) sum += static_cast<double>(found->second);
      }
      return sum;
    };
    return {read(TallyOf::kTrials),
            read(TallyOf::kBuyers),
            read(TallyOf::kRevenue) / kSquareUnit,
            read(TallyOf::kRevenueSquare),
            read(TallyOf::kBefore) / kSquareUnit,
            read(TallyOf::kBeforeSquare),
            read(TallyOf::kProduct)};
  }

 private:
  static void decide(OneVisitor& world, bool is_ghost) {
    DecidedOffer offer;
    offer.offer = "offer";
    offer.is_ghost = is_ghost;
    offer.reserved_for = minutes(30);
    offer.kept_for = days(8);
    offer.view_window = days(1);
    offer.click_window = days(7);
    DecisionRecord record;
    record.offers = {offer};
    std::string bytes;
    append_decision_record(record, bytes);
    const std::string id = decision_text(1);
    Event event = event_of(EventType::kOfferDecided, kNoon);
    event.props = bytes;
    event.decision = id;
    world.send(event);
  }
  static void buy(OneVisitor& world, double units) {
    Event event = event_of(EventType::kPurchase, kNoon + days(2));
    event.value = static_cast<int64_t>(units * kSquareUnit);
    world.pass(event.at);
    world.send(event);
  }
};

bool covers(const Estimate& estimate, double truth) {
  return estimate.is_known && estimate.low <= truth && truth <= estimate.high;
}

TEST(OfferUplift, TheTruthLiesWithinItsIntervals) {
  constexpr int kShops = 100;
  int conversions = 0;
  int revenues = 0;
  int adjusted = 0;
  int alarms = 0;
  double raw_widths = 0;
  double adjusted_widths = 0;
  for (int run = 1; run <= kShops; ++run) {
    std::mt19937_64 dice(static_cast<uint64_t>(run));
    Shop shop{run % 2 == 0 ? 0.05 : 0.0, {}};
    for (uint64_t i = 0; i < kCustomers; ++i) {
      shop.visit(static_cast<uint64_t>(run) * kCustomers + i, dice);
    }
    const TrialSums shown = shop.side(0);
    const TrialSums ghosts = shop.side(kGhostTallies);
    ASSERT_EQ(shown.customers + ghosts.customers, kCustomers);
    // An order's mean is wealth (1) × 2 × kMeanOrder × ½, less half a unit that squares cut off.
    const double revenue = shop.uplift * kMeanOrder;
    const Estimate raw = difference_of_means(shown, ghosts);
    const Estimate cuped = adjusted_difference(shown, ghosts);
    conversions += covers(difference_of_rates(shown, ghosts), shop.uplift);
    revenues += covers(raw, revenue);
    adjusted += covers(cuped, revenue);
    raw_widths += raw.high - raw.low;
    adjusted_widths += cuped.high - cuped.low;
    alarms += check_ratio(shown, ghosts, kHoldout / 10'000.0).is_alarm();
  }
  EXPECT_GE(conversions, 93);
  EXPECT_GE(revenues, 93);
  EXPECT_GE(adjusted, 93);
  EXPECT_LT(adjusted_widths, raw_widths);
  EXPECT_EQ(alarms, 0);
}

}  // namespace
}  // namespace rekindle::operators
