// Audiences that refer to audiences: a chain of them agrees with itself at every instant, through
// events, deadlines and new definitions.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "operators/audience/references.h"
#include "operators/catalog.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

constexpr EventTime kStart{1'700'000'000'000};

struct Definition {
  uint16_t id;
  std::string name;
  std::string when;
};

Rules rules_of(const std::vector<Definition>& definitions) {
  Rules rules;
  for (const Definition& definition : definitions) {
    rules.audiences.push_back(
        {AudienceId{definition.id}, 1, definition.name, "", "", definition.when});
  }
  return rules;
}

struct Scene {
  explicit Scene(const std::vector<Definition>& definitions)
      : one(*make_operators(rules_of(definitions), {})) {
    one.site.currency = *Currency::parse("EUR");
  }
  void happens(EventType type, Duration after) {
    Event event;
    event.type = type;
    event.at = kStart + after;
    one.pass(event.at);
    ASSERT_TRUE(one.send(event));
  }
  // Ids of the audiences the visitor is in: "02".
  [[nodiscard]] std::string inside() const {
    std::string ids;
    for (const Membership& membership : one.visitor.memberships) {
      ids += std::to_string(to_index(membership.audience));
    }
    return ids;
  }

  testing_samples::OneVisitor one;
};

TEST(AudienceReferences, ACascadeSettlesAtOneInstant) {
  // Ids against the order of dependence: 0 needs 1, 1 needs 2.
  Scene scene({{0, "top", "in(middle) and not in(bottom)"},
               {1, "middle", "in(bottom) or did(search, 1h)"},
               {2, "bottom", "did(view_item, 10m)"}});
  scene.happens(EventType::kViewItem, {});
  EXPECT_EQ(scene.inside(), "12");
  scene.happens(EventType::kSearch, minutes(1));
  EXPECT_EQ(scene.inside(), "12");
  scene.one.changes.clear();
  scene.one.pass(kStart + minutes(10));
  EXPECT_EQ(scene.inside(), "01");
  ASSERT_EQ(scene.one.changes.size(), 2u);
  EXPECT_EQ(scene.one.changes[0].audience, AudienceId{2});
  EXPECT_EQ(scene.one.changes[1].audience, AudienceId{0});
  EXPECT_EQ(scene.one.changes[0].at, scene.one.changes[1].at);
  scene.one.pass(kStart + minutes(61));
  EXPECT_EQ(scene.inside(), "");
}

TEST(AudienceReferences, AChangeReachesAudiencesTheEventDoesNotName) {
  Scene scene({{3, "calm", "not in(buyers)"},
               {5, "buyers", "lifetime.orders >= 1"},
               {8, "calm_for_long", "in_for(calm) >= 1h"}});
  scene.happens(EventType::kSearch, {});
  EXPECT_EQ(scene.inside(), "3");
  scene.one.pass(kStart + minutes(59));
  EXPECT_EQ(scene.inside(), "3");
  scene.one.pass(kStart + minutes(60));
  EXPECT_EQ(scene.inside(), "38");
  scene.happens(EventType::kPurchase, minutes(70));
  EXPECT_EQ(scene.inside(), "5");
  EXPECT_EQ(scene.one.changes.back().cause, EventType::kPurchase);
}

TEST(AudienceReferences, InForIsUnknownOutside) {
  Scene scene({{0, "looking", "did(view_item, 1h)"},
               {1, "below", "in_for(looking) < 10m"},
               {2, "not_below", "not (in_for(looking) < 10m)"}});
  scene.happens(EventType::kSearch, {});
  EXPECT_EQ(scene.inside(), "2");
  scene.happens(EventType::kViewItem, minutes(5));
  EXPECT_EQ(scene.inside(), "01");
  scene.one.pass(kStart + minutes(15));
  EXPECT_EQ(scene.inside(), "02");
  scene.one.pass(kStart + minutes(65));
  EXPECT_EQ(scene.inside(), "2");
  scene.happens(EventType::kViewItem, minutes(70));
  EXPECT_EQ(scene.inside(), "01") << "counted from the newest entry";
}

TEST(AudienceReferences, CirclesAndMissingAudiencesAreRefused) {
  const auto circle = make_operators(rules_of({{0, "a", "in(b)"}, {1, "b", "not in(a)"}}), {});
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().code, ErrorCode::kInvalidExpression);
  EXPECT_EQ(circle.error().detail, "audiences refer to each other in a circle: a → b → a");
  const auto missing = make_operators(rules_of({{0, "a", "in(gone)"}}), {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("unknown audience 'gone'"), std::string::npos);
}

TEST(AudienceReferences, TheOrderPutsWhatIsReferredToFirst) {
  std::vector<std::vector<AudienceVersion>> references(5);
  references[0] = {{AudienceId{3}, 1}, {AudienceId{4}, 1}};
  references[3] = {{AudienceId{4}, 1}};
  std::vector<audience::Referrer> audiences;
  for (uint16_t id = 0; id < 5; ++id)
    audiences.push_back({"x", {AudienceId{id}, 1}, &references[id]});
  const auto order = audience::evaluation_order(audiences);
  ASSERT_TRUE(order);
  EXPECT_EQ(*order, (std::vector<uint32_t>{4, 3, 0, 1, 2}));
}

TEST(AudienceReferences, ALongChainNeedsNoStack) {
  constexpr uint16_t kAudiences = 4'096;
  std::vector<std::vector<AudienceVersion>> references(kAudiences);
  std::vector<audience::Referrer> audiences;
  for (uint16_t id = 0; id < kAudiences; ++id) {
    if (id + 1 < kAudiences) references[id] = {{AudienceId{static_cast<uint16_t>(id + 1)}, 1}};
    audiences.push_back({"x", {AudienceId{id}, 1}, &references[id]});
  }
  const auto order = audience::evaluation_order(audiences);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->front(), kAudiences - 1u);
  EXPECT_EQ(order->back(), 0u);
}

TEST(ProfileTriggers, OnlyEventsThatTellSomethingEvaluate) {
  Scene scene({{0, "german", "trait(\"country\") == \"DE\""},
               {1, "allowed", "consent(ads)"},
               {2, "mailed", "campaign.source == \"mail\""}});
  scene.happens(EventType::kSearch, {});
  scene.one.visitor.profile = std::make_unique<Profile>();
  scene.one.visitor.profile->traits = {{"country", "DE", kStart}};
  scene.one.visitor.profile->consents = {{"ads", true, kStart}};
  scene.one.visitor.profile->last_campaign = Campaign{"mail", "", "", kStart};
  scene.happens(EventType::kSearch, seconds(1));
  EXPECT_EQ(scene.inside(), "") << "a search without anything told changes nothing";
  Event event;
  event.type = EventType::kPageView;
  event.at = kStart + seconds(2);
  event.campaign_source = "mail";
  ASSERT_TRUE(scene.one.send(event));
  EXPECT_EQ(scene.inside(), "2");
  event.campaign_source = {};
  event.props = "{}";
  event.at = kStart + seconds(3);
  ASSERT_TRUE(scene.one.send(event));
  EXPECT_EQ(scene.inside(), "02");
  scene.happens(EventType::kConsent, seconds(4));
  EXPECT_EQ(scene.inside(), "012");
}

}  // namespace
}  // namespace rekindle::operators
