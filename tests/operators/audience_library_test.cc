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

}  // namespace
}  // namespace rekindle::operators
