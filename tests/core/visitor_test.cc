#include "core/visitor.h"

#include <gtest/gtest.h>

#include "core/operator.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

class KeptEffects final : public EffectSink {
 public:
  void add_change(const Change& change, VisitorNumber) override { changes.push_back(change); }
  void add_session(const ClosedSession&) override {}
  std::vector<Change> changes;
};

TEST(Cart, AddsUpPiecesAndValueOfPricedLines) {
  Cart cart;
  cart.lines.push_back({1, 0, 3, 250, kNoon});
  cart.lines.push_back({2, 0, 2, kNoMoney, kNoon});
  EXPECT_EQ(cart.value(), 750);
  EXPECT_EQ(cart.pieces(), 5);
  cart.lines.assign(200, {3, 0, 1'000'000, 1'000'000'000'000, kNoon});
  EXPECT_EQ(cart.value(), INT64_MAX);
}

TEST(Context, MembershipIsKeptInOrderAndChangesAreEmittedOnce) {
  Visitor visitor;
  visitor.name = "v1";
  const Site site;
  KeptEffects effects;
  Context context(visitor, site, kNoon, ChangeReason::kEvent, EventType::kSearch, effects);
  context.set_member({AudienceId{7}, 1}, true);
  context.set_member({AudienceId{3}, 2}, true);
  context.set_member({AudienceId{7}, 1}, true);
  context.set_member({AudienceId{9}, 1}, false);
  ASSERT_EQ(visitor.memberships.size(), 2u);
  EXPECT_EQ(visitor.memberships[0].audience, AudienceId{3});
  ASSERT_EQ(effects.changes.size(), 2u);
  EXPECT_TRUE(effects.changes[0].entered);
  EXPECT_EQ(effects.changes[0].cause, EventType::kSearch);
  EXPECT_EQ(effects.changes[0].visitor_name, "v1");

  Context later(visitor, site, kNoon + days(1), ChangeReason::kDeadline, EventType::kNone, effects);
  later.set_member({AudienceId{3}, 4}, true, kNoon);  // another version, and since earlier
  EXPECT_EQ(visitor.membership({AudienceId{3}, 4})->since, kNoon);
  EXPECT_EQ(visitor.membership({AudienceId{3}, 2})->since, kNoon);
  EXPECT_EQ(visitor.membership({AudienceId{3}, 3}), nullptr);
  later.set_member({AudienceId{7}, 1}, false);
  EXPECT_EQ(visitor.membership({AudienceId{7}, 1}), nullptr);
  ASSERT_EQ(effects.changes.size(), 4u);
  EXPECT_EQ(effects.changes[2].definition_version, 4u);
  EXPECT_FALSE(effects.changes[3].entered);
  EXPECT_EQ(effects.changes[3].reason, ChangeReason::kDeadline);
  EXPECT_EQ(effects.changes[3].at, kNoon + days(1));
}

TEST(Visitor, ASmallVisitorTakesLittleMemory) {
  Visitor visitor;
  visitor.name = "visitor-000001";
  const EventType types[] = {EventType::kViewItem, EventType::kPageView, EventType::kAddToCart};
  for (int64_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(visitor.timeline.add(
        event_of(types[i % 3], kNoon + seconds(37 * i),
                 {item_of("product " + std::to_string(i % 4), i % 2 ? "shoes" : "hats")})));
    visitor.seen.event_ids.push_back(static_cast<NameHash>(i));
  }
  EXPECT_LE(visitor.memory_bytes(), 740u);  // as the heap hands it out
}

}  // namespace
}  // namespace rekindle
