#include "operators/audiences.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "operators/audience/definitions.h"
#include "tests/operators/audience/shopper.h"

namespace rekindle::operators {
namespace {

using audience::ago;
using audience::item;
using audience::kNow;

class Recorder final : public EffectSink {
 public:
  void add_change(const Change& change, VisitorNumber) override { changes.push_back(change); }
  void add_session(const ClosedSession&) override {}
  std::vector<Change> changes;
};

// A visitor, the audiences "a0", "a1", … with these expressions, and what they emit.
struct Scene {
  explicit Scene(const std::vector<std::string>& expressions) { define(expressions); }

  void define(const std::vector<std::string>& expressions) {
    for (size_t i = 0; i < expressions.size(); ++i) {
      rules.audiences.push_back({AudienceId{static_cast<uint16_t>(i)}, 1, "a" + std::to_string(i),
                                 "", "", expressions[i]});
    }
    compile();
  }
  void pends(uint16_t id, uint32_t version, const std::string& expression) {
    rules.pending.push_back(
        {{AudienceId{id}, version, "a" + std::to_string(id), "", "", expression}, false});
    compile();
  }
  void compile() {
    Result<std::unique_ptr<Audiences>> made = Audiences::make(rules);
    ASSERT_TRUE(made) << made.error().detail;
    audiences = std::move(*made);
  }
  void happens(EventType type, std::vector<Item> items = {}, int64_t value = kNoMoney) {
    shopper.did(type, now, items, value);
    ++shopper.visitor.lifetime.events;
    Event event = audience::event_of(type, now, std::move(items), value);
    Context context(shopper.visitor, shopper.site, now, ChangeReason::kEvent, type, effects);
    audiences->on_event(event, context);
  }
  void fire(ChangeReason reason = ChangeReason::kDeadline) {
    shopper.visitor.deadline = EventTime::never();
    Context context(shopper.visitor, shopper.site, now, reason, EventType::kNone, effects);
    audiences->on_deadline(context);
  }
  [[nodiscard]] bool inside(uint16_t id, uint32_t version = 1) const {
    return shopper.visitor.membership({AudienceId{id}, version}) != nullptr;
  }

  Rules rules;
  audience::Shopper shopper;
  std::unique_ptr<Audiences> audiences;
  Recorder effects;
  EventTime now = kNow;
};

TEST(Audiences, EntersOnTheEventAndLeavesAtTheDeadline) {
  Scene scene({"did(view_item, 1h)"});
  scene.happens(EventType::kViewItem);
  ASSERT_EQ(scene.effects.changes.size(), 1u);
  EXPECT_TRUE(scene.effects.changes[0].entered);
  EXPECT_EQ(scene.effects.changes[0].reason, ChangeReason::kEvent);
  EXPECT_EQ(scene.effects.changes[0].cause, EventType::kViewItem);
  EXPECT_EQ(scene.shopper.visitor.deadline, kNow + hours(1));

  scene.now = scene.shopper.visitor.deadline;
  scene.fire();
  ASSERT_EQ(scene.effects.changes.size(), 2u);
  EXPECT_FALSE(scene.effects.changes[1].entered);
  EXPECT_EQ(scene.effects.changes[1].at, kNow + hours(1));
  EXPECT_EQ(scene.effects.changes[1].reason, ChangeReason::kDeadline);
  EXPECT_EQ(scene.shopper.visitor.deadline, EventTime::never());
}

TEST(Audiences, EntersByTimeAlone) {
  Scene scene({"since(view_item) >= 30m and not did(purchase, 1d)"});
  scene.happens(EventType::kViewItem);
  EXPECT_FALSE(scene.inside(0));
  EXPECT_EQ(scene.shopper.visitor.deadline, kNow + minutes(30));
  scene.now = kNow + minutes(30);
  scene.fire();
  EXPECT_TRUE(scene.inside(0));
}

TEST(Audiences, TheFirstEventEvaluatesThoseItDoesNotName) {
  Scene scene({"count(purchase, 30d) == 0", "lifetime.orders >= 1"});
  scene.happens(EventType::kSearch);
  EXPECT_TRUE(scene.inside(0));
  EXPECT_FALSE(scene.inside(1));
}

// Shows which audiences an event evaluates: their state is put wrong by hand first.
TEST(Audiences, OnlyEventsThatPassATriggerEvaluate) {
  Scene scene({"did(view_item, 1d, category == \"shoes\")", "did(any, 1d)", "did(custom:quiz, 1d)",
               "cart.items >= 0", "lifetime.orders >= 0"});
  scene.happens(EventType::kSearch);
  const auto evaluated_by = [&](EventType type, std::vector<Item> items) {
    Scene& s = scene;
    s.happens(type, items);
    Event event = audience::event_of(type, s.now, items);
    std::string places;
    for (uint16_t id = 0; id < 5; ++id) {
      Context context(s.shopper.visitor, s.shopper.site, s.now, ChangeReason::kEvent, type,
                      s.effects);
      const bool truth = s.inside(id);
      context.set_member({AudienceId{id}, 1}, !truth);
      s.audiences->on_event(event, context);
      if (s.inside(id) == truth) places += std::to_string(id);
      context.set_member({AudienceId{id}, 1}, truth);
    }
    return places;
  };
  EXPECT_EQ(evaluated_by(EventType::kViewItem, {item("a", "shoes")}), "01");
  EXPECT_EQ(evaluated_by(EventType::kViewItem, {item("a", "hats")}), "1");
  EXPECT_EQ(evaluated_by(EventType::kOfferShown, {item("a", "shoes")}), "");
  EXPECT_EQ(evaluated_by(custom_type("quiz"), {}), "12");
  EXPECT_EQ(evaluated_by(custom_type("other"), {}), "1");
  EXPECT_EQ(evaluated_by(EventType::kAddToCart, {}), "13");
  EXPECT_EQ(evaluated_by(EventType::kPurchase, {}), "134");
  EXPECT_EQ(evaluated_by(EventType::kRefund, {}), "14");
}

TEST(Audiences, PendingDefinitionsAreAudiencesOfTheirOwn) {
  Scene scene({"did(view_item, 1h)", "in(a0)"});
  scene.happens(EventType::kViewItem);
  ASSERT_TRUE(scene.inside(0) && scene.inside(1));
  scene.pends(0, 2, "did(view_item, 2h)");
  scene.pends(1, 2, "in(a0)");
  scene.pends(2, 1, "did(search, 1h)");
  scene.effects.changes.clear();
  scene.now = kNow + minutes(5);
  const EventTime deadline = scene.shopper.visitor.deadline;
  Context context(scene.shopper.visitor, scene.shopper.site, scene.now, ChangeReason::kDefinition,
                  EventType::kNone, scene.effects);
  scene.audiences->on_deadline(context);
  EXPECT_TRUE(scene.inside(0) && scene.inside(0, 2));
  EXPECT_TRUE(scene.inside(1, 2));
  EXPECT_EQ(scene.shopper.visitor.membership({AudienceId{0}, 2})->since, kNow)
      << "taken over from the version in force";
  EXPECT_EQ(scene.effects.changes.size(), 2u);
  EXPECT_EQ(scene.shopper.visitor.deadline, deadline);

  scene.happens(EventType::kSearch);
  EXPECT_TRUE(scene.inside(2));
  EXPECT_EQ(scene.shopper.visitor.membership({AudienceId{2}, 1})->since, scene.now);
  scene.now = kNow + hours(1);
  scene.fire();
  EXPECT_FALSE(scene.inside(0) || scene.inside(1));
  EXPECT_TRUE(scene.inside(0, 2) && scene.inside(1, 2)) << "each sees the audience it means";
  scene.now = kNow + hours(2);
  scene.fire();
  EXPECT_FALSE(scene.inside(0, 2) || scene.inside(1, 2));
}

TEST(Audiences, FaultyRulesAreRefusedWithEveryFault) {
  Rules rules;
  rules.audiences.push_back({AudienceId{0}, 1, "good", "", "", "true"});
  rules.audiences.push_back({AudienceId{1}, 1, "bad", "", "", "did(any, 7)"});
  rules.audiences.push_back({AudienceId{2}, 1, "worse", "", "", "true and 5"});
  const auto made = Audiences::make(rules);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidExpression);
  EXPECT_NE(made.error().detail.find("bad:1:10: error:"), std::string::npos);
  EXPECT_NE(made.error().detail.find("worse:1:10: error:"), std::string::npos);
}

TEST(Audiences, TheShippedDefinitionsCompile) {
  const YAML::Node root = YAML::LoadFile(std::string(RK_SOURCE_DIR) + "/configs/audiences.yaml");
  std::vector<AudienceDefinition> definitions;
  for (const auto& entry : root["audiences"]) {
    definitions.push_back({entry.first.as<std::string>(), entry.second["title"].as<std::string>(),
                           entry.second["purpose"].as<std::string>(),
                           entry.second["when"].as<std::string>()});
  }
  EXPECT_EQ(definitions.size(), 30u);
  for (const Error& error : audience::check_definitions(definitions)) {
    ADD_FAILURE() << error.detail;
  }
}

}  // namespace
}  // namespace rekindle::operators
