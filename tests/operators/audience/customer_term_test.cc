// top, percentile, rfm.*, clv and p_alive for one visitor, with boundaries and a model as the log
// would bring them.
#include <cmath>

#include "operators/clv/clv_model_format.h"
#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

constexpr uint32_t kPercent = kRankShareOne / 100;

// A shopper with orders, and what is known of the site's customers.
struct Customer {
  Shopper shopper;
  SiteInsights insights;

  Customer& ordered(int64_t orders, int64_t spent, Duration first_ago, Duration last_ago) {
    Lifetime& lifetime = shopper.visitor.lifetime;
    lifetime.orders = orders;
    lifetime.purchased = spent;
    lifetime.first_order = ago(first_ago);
    lifetime.last_order = ago(last_ago);
    return *this;
  }
  Customer& cut(RankMetric metric, RankCut::Kind kind, uint32_t percent, int64_t at) {
    const RankCut cut{metric, kind, percent * kPercent};
    insights.boundary(cut) = {cut, RankPosition::at({at, 1}), RankPosition::before_all()};
    return *this;
  }
  Customer& with_model() {
    ClvParameters parameters;
    parameters.purchases = {0.243, 4.414, 0.793, 2.426};  // in days here, as good as weeks
    parameters.spend = {6.25, 3.74, 1'544};
    encode_clv_model(*ClvModel::make(parameters), insights.model);
    return *this;
  }
  [[nodiscard]] Holds ask(std::string_view expression, EventTime now = kNow) const {
    const Result<Program> program = compile(expression);
    if (!program) {
      ADD_FAILURE() << program.error().detail;
      return {};
    }
    return program->evaluate(shopper.visitor, shopper.site, now, &insights);
  }
  [[nodiscard]] bool is(std::string_view expression, EventTime now = kNow) const {
    return ask(expression, now).value;
  }
};

// A visitor cannot be copied, so these are set up in place.
struct CustomerOf50 : Customer {
  CustomerOf50() { ordered(2, 5'000, days(100), days(10)); }
};

TEST(RankTerms, TopAsksForItsBoundary) {
  CustomerOf50 inside;
  inside.cut(RankMetric::kRevenue, RankCut::Kind::kTop, 20, 5'000);
  EXPECT_TRUE(inside.is("top(lifetime.revenue, 20%)"));
  EXPECT_EQ(inside.ask("top(lifetime.revenue, 20%)").until, EventTime::never());
  EXPECT_FALSE(inside.is("top(lifetime.revenue, 10%)"));  // that one is not known
  CustomerOf50 outside;
  outside.cut(RankMetric::kRevenue, RankCut::Kind::kTop, 20, 5'001);
  EXPECT_FALSE(outside.is("top(lifetime.revenue, 20%)"));
}

TEST(RankTerms, WhoNeverOrderedIsOutsideAndHasNoPercentile) {
  Customer nobody;
  nobody.cut(RankMetric::kRevenue, RankCut::Kind::kTop, 100, 0);
  nobody.cut(RankMetric::kRevenue, RankCut::Kind::kAtLeast, 50, 10);
  EXPECT_FALSE(nobody.is("top(lifetime.revenue, 100%)"));
  EXPECT_TRUE(nobody.is("not top(lifetime.revenue, 100%)"));
  EXPECT_FALSE(nobody.is("percentile(lifetime.revenue) >= 50"));
  EXPECT_FALSE(nobody.is("percentile(lifetime.revenue) < 50"));
}

TEST(RankTerms, APercentileBesideANumberIsACutEitherWayRound) {
  CustomerOf50 customer;
  customer.cut(RankMetric::kAov, RankCut::Kind::kAtLeast, 75, 2'500);
  customer.cut(RankMetric::kAov, RankCut::Kind::kMoreThan, 75, 2'501);
  EXPECT_TRUE(customer.is("percentile(lifetime.aov) >= 75"));
  EXPECT_TRUE(customer.is("75 <= percentile(lifetime.aov)"));
  EXPECT_FALSE(customer.is("percentile(lifetime.aov) > 75"));
  EXPECT_FALSE(customer.is("75 < percentile(lifetime.aov)"));
  EXPECT_FALSE(customer.is("percentile(lifetime.aov) < 75"));
  EXPECT_FALSE(customer.is("75 > percentile(lifetime.aov)"));
  EXPECT_TRUE(customer.is("percentile(lifetime.aov) <= 75"));
  EXPECT_TRUE(customer.is("75 >= percentile(lifetime.aov)"));
  EXPECT_TRUE(customer.is("percentile(lifetime.aov) >= 100 - 25"));
}

TEST(RankTerms, ScoresCountTheFifthsPassed) {
  CustomerOf50 customer;
  EXPECT_FALSE(customer.is("rfm.frequency >= 1"));  // not known yet
  EXPECT_FALSE(customer.is("rfm.frequency < 1"));
  for (const auto& [percent, at] : {std::pair{20u, 1}, {40u, 2}, {60u, 3}, {80u, 9}}) {
    customer.cut(RankMetric::kOrders, RankCut::Kind::kAtLeast, percent, at);
  }
  EXPECT_TRUE(customer.is("rfm.frequency == 3"));
  EXPECT_TRUE(customer.is("2 * rfm.frequency - 1 == 5"));
}

TEST(RankTerms, ProgramsSayWhichCutsTheyNeedEachOnce) {
  const auto program = compile(
      "top(lifetime.orders, 2.5%) or top(lifetime.orders, 2.5%) or percentile(lifetime.aov) < 10");
  ASSERT_TRUE(program);
  const std::vector<RankCut> expected{
      {RankMetric::kOrders, RankCut::Kind::kTop, 25'000},
      {RankMetric::kAov, RankCut::Kind::kAtLeast, 100'000},
  };
  EXPECT_EQ(program->needs().cuts, expected);
  EXPECT_FALSE(program->needs().model);
  EXPECT_EQ(compile("rfm.recency >= 3")->needs().cuts.size(), 4u);
  EXPECT_TRUE(compile("p_alive < 0.5")->needs().model);
}

// Published for the CDNOW customers, with weeks for our days: x = 2, t_x = 30.43, T = 38.86.
TEST(LifetimeValueTerms, AreTheModelsValues) {
  Customer customer;
  customer.ordered(3, 9'000, days(39), days(8)).with_model();
  const ClvModel model = *decode_clv_model(customer.insights.model);
  const PurchaseHistory history{3, ago(days(39)), ago(days(8)), 9'000};
  const auto alive = static_cast<int64_t>(model.p_alive(history, kNow) * 1'000'000);
  EXPECT_TRUE(customer.is("p_alive > 0." + std::to_string(alive - 1)));
  EXPECT_TRUE(customer.is("p_alive < 0." + std::to_string(alive + 2)));
  const int64_t worth = model.clv(history, kNow, days(365));
  ASSERT_GT(worth, 1'000);
  const auto major = [](int64_t minor) {
    const std::string cents = std::to_string(minor % 100);
    return std::to_string(minor / 100) + "." + (cents.size() < 2 ? "0" : "") + cents;
  };
  EXPECT_TRUE(customer.is("clv(365d) == " + major(worth)));
  EXPECT_TRUE(customer.is("clv(365d) > clv(30d)"));
}

TEST(LifetimeValueTerms, AreUnknownWithoutAFitOrOrders) {
  CustomerOf50 without_fit;
  Customer without_orders;
  without_orders.with_model();
  for (const char* expression : {"p_alive >= 0", "p_alive < 2", "clv(30d) >= 0", "clv(30d) < 9"}) {
    EXPECT_FALSE(without_fit.is(expression));
    EXPECT_FALSE(without_orders.is(expression));
    EXPECT_EQ(without_orders.ask(expression).until, EventTime::never());
  }
  // Whether there is one is looked at every day since the newest order.
  EXPECT_EQ(without_fit.ask("p_alive < 2").until, kNow + days(1));
  EXPECT_EQ(without_fit.ask("p_alive < 2", kNow + minutes(59)).until, kNow + days(1));
}

TEST(LifetimeValueTerms, StepOnceADaySinceTheNewestOrder) {
  CustomerOf50 customer;  // ordered ten days ago, to the millisecond
  customer.with_model();
  const ClvModel model = *decode_clv_model(customer.insights.model);
  const PurchaseHistory history{2, ago(days(100)), ago(days(10)), 5'000};
  const auto expression_at = [&](EventTime at) {
    const auto alive = static_cast<int64_t>(std::round(model.p_alive(history, at) * 1'000'000));
    return "p_alive == 0." + std::to_string(alive);
  };
  const std::string today = expression_at(kNow);
  const std::string tomorrow = expression_at(kNow + days(1));
  ASSERT_NE(today, tomorrow);
  for (const int64_t ms : {int64_t{0}, int64_t{1}, days(1).ms - 1}) {
    EXPECT_TRUE(customer.is(today, kNow + milliseconds(ms))) << ms;
    EXPECT_EQ(customer.ask(today, kNow + milliseconds(ms)).until, kNow + days(1)) << ms;
  }
  EXPECT_TRUE(customer.is(tomorrow, kNow + days(1)));
  EXPECT_EQ(customer.ask(today, kNow - milliseconds(1)).until, kNow);
}

TEST(LifetimeValueTerms, StepAWeekAfterFourWeeks) {
  Customer customer;
  customer.ordered(2, 5'000, days(100), days(30)).with_model();
  EXPECT_EQ(customer.ask("p_alive < 2").until, kNow + days(5));
  EXPECT_EQ(customer.ask("p_alive < 2", kNow + days(5)).until, kNow + days(12));
  EXPECT_EQ(customer.ask("p_alive < 2", kNow - days(3)).until, kNow - days(2));
  customer.insights.model.clear();  // is there one? Looked at every day
  EXPECT_EQ(customer.ask("p_alive < 2", kNow - days(3)).until, kNow - days(2));
  EXPECT_EQ(customer.ask("p_alive < 2").until, kNow + days(1));
}

TEST(LifetimeValueTerms, AnOrderAheadOfTheClockCountsAsNow) {
  Customer customer;
  customer.ordered(1, 5'000, seconds(-3), seconds(-3)).with_model();
  EXPECT_TRUE(customer.is("p_alive == 1"));
  EXPECT_EQ(customer.ask("p_alive == 1").until, kNow + seconds(3) + days(1));
}

}  // namespace
}  // namespace rekindle::operators::audience
