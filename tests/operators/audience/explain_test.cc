// Why a visitor is in an audience: every term there is, its value, and when the answer changes.
#include <gtest/gtest.h>

#include <map>

#include "operators/audience/probe.h"
#include "operators/audience/terms.h"
#include "operators/audience/value_text.h"
#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

Explanation explained(const Shopper& shopper, const std::string& when, const Rules& rules = {},
                      EventTime now = kNow) {
  const auto probe = make_probe({"x", "", "", when}, rules);
  if (!probe) {
    ADD_FAILURE() << probe.error().detail;
    return {};
  }
  return (*probe)->explain(shopper.visitor, shopper.site, now, nullptr);
}

TEST(Explain, ShowsEveryConditionAndTermAsItIsWritten) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(3)), {item("p1", "shoes")})
      .did(EventType::kViewItem, ago(minutes(90)), {item("p2", "hats")});
  const Explanation why = explained(
      shopper,
      "count(view_item, 1d, category == \"shoes\") >= 2\n or not (since(view_item) < 2h) or "
      "trait(\"country\") == \"DE\"");
  EXPECT_FALSE(why.holds.value);
  ASSERT_EQ(why.conditions.size(), 3u);
  EXPECT_EQ(why.conditions[0].text, "count(view_item, 1d, category == \"shoes\") >= 2");
  EXPECT_FALSE(why.conditions[0].holds.value);
  ASSERT_EQ(why.conditions[0].terms.size(), 1u);
  EXPECT_EQ(why.conditions[0].terms[0].text, "count(view_item, 1d, category == \"shoes\")");
  EXPECT_EQ(why.conditions[0].terms[0].value, "1");
  EXPECT_EQ(why.conditions[0].terms[0].until, ago(hours(3)) + days(1));
  EXPECT_EQ(why.conditions[1].text, "(since(view_item) < 2h)");
  EXPECT_TRUE(why.conditions[1].holds.value);
  EXPECT_EQ(why.conditions[1].terms[0].value, "1h 30m");
  EXPECT_EQ(why.conditions[2].terms[0].value, "unknown");
  ASSERT_TRUE(why.flips_at);
  EXPECT_EQ(*why.flips_at, kNow + minutes(30)) << "when the view is two hours old";
}

TEST(Explain, SaysWhenItLeavesAndWhenNever) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(days(10)), {}, 5'000, "o1");
  shopper.visitor.lifetime.orders = 1;
  EXPECT_EQ(explained(shopper, "did(purchase, 30d)").flips_at, kNow + days(20));
  EXPECT_EQ(explained(shopper, "lifetime.orders >= 1").flips_at, std::nullopt);
  EXPECT_EQ(explained(shopper, "lifetime.orders >= 1").looked_until, EventTime::never());
  // It goes on and off; the first time it differs counts.
  const Explanation why = explained(shopper, "since(purchase) > 12d and did(purchase, 15d)");
  EXPECT_FALSE(why.holds.value);
  EXPECT_EQ(why.flips_at, kNow + days(2) + milliseconds(1));
}

TEST(Explain, LooksThroughTheAudiencesItRefersTo) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(minutes(50)));
  Rules rules;
  rules.audiences.push_back({AudienceId{0}, 3, "viewers", "", "", "did(view_item, 1h)"});
  rules.audiences.push_back({AudienceId{1}, 1, "others", "", "", "not in(viewers)"});
  shopper.visitor.memberships.push_back({AudienceId{0}, 3, ago(minutes(50))});
  EXPECT_EQ(explained(shopper, "in(others)", rules).flips_at, kNow + minutes(10));
  EXPECT_EQ(explained(shopper, "in_for(viewers) >= 55m", rules).flips_at, kNow + minutes(5));
  const auto probe = make_probe({"", "", "", "in(others)"}, rules);
  EXPECT_TRUE((*probe)->is_current(rules));
  rules.audiences[0].version = 4;
  EXPECT_FALSE((*probe)->is_current(rules));
}

TEST(Explain, RefusesWhatDoesNotCompile) {
  const auto probe = make_probe({"mine", "", "", "count(purchas, 1d) > 2"}, {});
  ASSERT_FALSE(probe);
  EXPECT_NE(probe.error().detail.find("mine:1:7: error:"), std::string::npos);
}

// An expression for every term of the language. Who adds a term adds one here.
const std::map<std::string_view, std::string> kUses = {
    {"count", "count(view_item, 7d) >= 1"},
    {"sum", "sum(purchase, value, 90d) >= 10"},
    {"min", "min(purchase, value, 90d) >= 10"},
    {"max", "max(purchase, value, 90d) >= 10"},
    {"avg", "avg(purchase, value, 90d) >= 10"},
    {"distinct", "distinct(view_item, product, 7d) >= 1"},
    {"did", "did(view_item, 7d)"},
    {"since", "since(purchase) >= 1d"},
    {"first_seen", "first_seen >= 1d"},
    {"last_seen", "last_seen >= 1d"},
    {"cart.value", "cart.value >= 1"},
    {"cart.items", "cart.items >= 1"},
    {"cart.age", "cart.age >= 1d"},
    {"lifetime.orders", "lifetime.orders >= 1"},
    {"lifetime.revenue", "lifetime.revenue >= 1"},
    {"lifetime.aov", "lifetime.aov >= 1"},
    {"lifetime.events", "lifetime.events >= 1"},
    {"lifetime.order_interval", "lifetime.order_interval >= 1d"},
    {"lifetime.coupon_share", "lifetime.coupon_share >= 0.5"},
    {"lifetime.refund_share", "lifetime.refund_share >= 0.5"},
    {"sequence", "sequence(search, view_item, within 10m, last 1d)"},
    {"without", "without(add_to_cart, then purchase, within 2h)"},
    {"trait", "trait(\"country\") == \"DE\""},
    {"consent", "consent(ads)"},
    {"campaign.source", "campaign.source == \"mail\""},
    {"campaign.medium", "campaign.medium == \"mail\""},
    {"campaign.name", "campaign.name == \"mail\""},
    {"campaign.first_source", "campaign.first_source == \"mail\""},
    {"campaign.first_medium", "campaign.first_medium == \"mail\""},
    {"campaign.first_name", "campaign.first_name == \"mail\""},
    {"in", "in(other)"},
    {"in_for", "in_for(other) >= 1d"},
    {"bucket", "bucket(\"test\") < 50"},
    {"first", "first(purchase) in 2026-03"},
    {"exposures", "exposures(any_offer, 7d) < 3"},
    {"top", "top(lifetime.revenue, 20%)"},
    {"percentile", "percentile(lifetime.revenue) >= 90"},
    {"rfm.recency", "rfm.recency >= 4"},
    {"rfm.frequency", "rfm.frequency >= 4"},
    {"rfm.monetary", "rfm.monetary >= 4"},
    {"clv", "clv(365d) >= 100"},
    {"p_alive", "p_alive >= 0.5"},
};

TEST(Explain, KnowsEveryTermOfTheLanguage) {
  Rules rules;
  rules.audiences.push_back({AudienceId{0}, 1, "other", "", "", "true"});
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(1)), {item("p1")});
  for (const TermKind* const term : all_terms()) {
    const auto use = kUses.find(term->name);
    ASSERT_NE(use, kUses.end()) << term->name << " has no explanation tested";
    const Explanation why = explained(shopper, use->second, rules);
    ASSERT_EQ(why.conditions.size(), 1u) << term->name;
    EXPECT_EQ(why.conditions[0].text, use->second);
    EXPECT_EQ(why.conditions[0].holds.value, why.holds.value) << term->name;
    ASSERT_EQ(why.conditions[0].terms.size(), 1u) << term->name;
    EXPECT_FALSE(why.conditions[0].terms[0].value.empty()) << term->name;
    EXPECT_EQ(why.conditions[0].terms[0].text.rfind(term->name, 0), 0u) << term->name;
  }
}

TEST(ValueText, WritesWhatPeopleRead) {
  const Site site = site_in("EUR");
  const auto number = [&](Wide top, int64_t bottom, Type type) {
    return text_of(Quantity{*make_rational(top, bottom)}, type, site);
  };
  EXPECT_EQ(number(3, 1, Type::kNumber), "3");
  EXPECT_EQ(number(-7, 2, Type::kNumber), "-3.5");
  EXPECT_EQ(number(1, 3, Type::kNumber), "0.333333");
  EXPECT_EQ(number(2, 3, Type::kNumber), "0.666667");
  EXPECT_EQ(number(1'250, 1, Type::kMoney), "12.50 EUR");
  EXPECT_EQ(number(100, 3, Type::kMoney), "0.33 EUR");
  EXPECT_EQ(number(0, 1, Type::kDuration), "0s");
  EXPECT_EQ(number(1'500, 1, Type::kDuration), "1.5s");
  EXPECT_EQ(number(-60'000, 1, Type::kDuration), "-1m");
  EXPECT_EQ(number(86'400'000LL * 12 + 3'600'000 * 3, 1, Type::kDuration), "12d 3h");
  EXPECT_EQ(text_of(Quantity::unknown(), Type::kNumber, site), "unknown");
  EXPECT_EQ(text_of(Quantity::infinite(), Type::kDuration, site), "infinite");
  EXPECT_EQ(text_of(EventTime{1'700'000'000'123}), "2023-11-14T22:13:20.123Z");
}

}  // namespace
}  // namespace rekindle::operators::audience
