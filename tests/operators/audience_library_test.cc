// The ready audiences of configs/audiences: they compile together, and those that promise to hold
// exactly one at a time do, whatever happens and however much time passes.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "operators/audience/definitions.h"
#include "operators/catalog.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

constexpr EventTime kStart{1'700'000'000'000};

std::vector<AudienceDefinition> library() {
  std::vector<AudienceDefinition> definitions;
  const std::filesystem::path folder = std::string(RK_SOURCE_DIR) + "/configs/audiences";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const YAML::Node root = YAML::LoadFile(file.path().string());
    for (const auto& entry : root["audiences"]) {
      definitions.push_back({entry.first.as<std::string>(), entry.second["title"].as<std::string>(),
                             entry.second["purpose"].as<std::string>(),
                             entry.second["when"].as<std::string>()});
    }
  }
  return definitions;
}

TEST(AudienceLibrary, CompilesAsAWhole) {
  const std::vector<AudienceDefinition> definitions = library();
  EXPECT_GE(definitions.size(), 40u);
  for (const Error& error : audience::check_definitions(definitions)) {
    ADD_FAILURE() << error.detail;
  }
}

// How many audiences whose name begins with `prefix` the visitor is in.
size_t inside(const Visitor& visitor, const Rules& rules, std::string_view prefix) {
  size_t n = 0;
  for (const Membership& membership : visitor.memberships) {
    n += rules.find(membership.audience)->name.rfind(prefix, 0) == 0;
  }
  return n;
}

TEST(AudienceLibrary, StagesStepsAndRegularityHoldExactlyOneAtATime) {
  const auto amended = amend({}, library());
  ASSERT_TRUE(amended && *amended);
  const Rules& rules = **amended;
  std::mt19937_64 random(7);
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  static constexpr EventType kTypes[] = {EventType::kPageView,    EventType::kViewItem,
                                         EventType::kSearch,      EventType::kAddToCart,
                                         EventType::kPurchase,    EventType::kSubscribe,
                                         EventType::kSocialShare, EventType::kBeginCheckout};
  size_t buyers = 0;
  for (int who = 0; who < 40; ++who) {
    testing_samples::OneVisitor one(*make_operators(rules, {}));
    one.site.currency = *Currency::parse("EUR");
    EventTime at = kStart;
    for (int i = 0; i < 40; ++i) {
      at = at + minutes(static_cast<int64_t>(pick(10) == 0 ? pick(200'000) : pick(600)));
      one.pass(at);
      ASSERT_EQ(inside(one.visitor, rules, "stage_"), i == 0 ? 0u : 1u);
      Event event;
      event.type = kTypes[pick(pick(2) ? 8 : 4)];
      event.at = at;
      ASSERT_TRUE(one.send(event));
      ASSERT_EQ(inside(one.visitor, rules, "stage_"), 1u);
      ASSERT_EQ(inside(one.visitor, rules, "regularity_"), 1u);
      const bool bought = one.visitor.lifetime.orders > 0;
      ASSERT_EQ(inside(one.visitor, rules, "recency_"), bought ? 1u : 0u);
      ASSERT_EQ(inside(one.visitor, rules, "welcome_test_"), bought ? 0u : 1u);
    }
    buyers += one.visitor.lifetime.orders > 0;
  }
  EXPECT_GT(buyers, 10u);
  EXPECT_LT(buyers, 41u);
}

// A purchase, or what follows one, of somebody who buys in two categories by turns.
Event cross_buying(EventType type, int nth, std::string_view coupon = {}) {
  const std::string_view category = nth % 2 == 0 ? "shoes" : "hats";
  Event event;
  event.type = type;
  event.at = kStart + hours(nth);
  event.value = 10'000;
  event.coupon = coupon;
  Item item;
  item.category = category;
  item.category_hash = item_name_hash(category);
  event.items.push_back(item);
  return event;
}

TEST(AudienceLibrary, UnprofitableCrossBuyersAreToldApart) {
  const auto amended = amend({}, library());
  ASSERT_TRUE(amended && *amended);
  const Rules& rules = **amended;
  struct Case {
    std::string_view audience;
    EventType also;
    int how_often;
    std::string_view coupon;
  };
  constexpr Case kCases[] = {
      {"unprofitable_service_users", EventType::kSupportContact, 9, ""},
      {"unprofitable_returners", EventType::kRefund, 3, ""},
      {"unprofitable_discount_hunters", EventType::kViewItem, 1, "SPRING"},
      {"unprofitable_nobody", EventType::kViewItem, 9, ""},
  };
  for (const Case& sample : kCases) {
    testing_samples::OneVisitor one(*make_operators(rules, {}));
    one.site.currency = *Currency::parse("EUR");
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(one.send(cross_buying(EventType::kPurchase, i, sample.coupon)));
      ASSERT_EQ(inside(one.visitor, rules, "is_cross_buyer"), i > 0 ? 1u : 0u);
    }
    for (int i = 0; i < sample.how_often; ++i) {
      ASSERT_TRUE(one.send(cross_buying(sample.also, 4 + i)));
    }
    for (const Case& other : kCases) {
      const bool expected =
          other.audience == sample.audience && other.audience != kCases[3].audience;
      EXPECT_EQ(inside(one.visitor, rules, other.audience), expected ? 1u : 0u)
          << other.audience << " for " << sample.audience;
    }
    one.pass(kStart + days(400));
    EXPECT_EQ(inside(one.visitor, rules, "is_cross_buyer"), 0u);
    EXPECT_EQ(inside(one.visitor, rules, "unprofitable_"), 0u);
  }
}

}  // namespace
}  // namespace rekindle::operators
