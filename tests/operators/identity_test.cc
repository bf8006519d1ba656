#include "operators/identity.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "operators/profile.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;
using Said = std::vector<std::pair<IdType, std::string>>;

Event with(EventType type, std::string_view props, std::string_view user = {}) {
  Event event = event_of(type, kNoon);
  event.props = props;
  event.user = user;
  return event;
}

class IdentityTest : public ::testing::Test {
 protected:
  Said say(const Event& event) {
    world.claims.clear();
    world.send(event);
    return world.claims;
  }
  OneVisitor world{make_identity()};
};

TEST_F(IdentityTest, AUserIsClaimedOnceWhateverTheEvent) {
  EXPECT_EQ(say(with(EventType::kPageView, "", "u1")), (Said{{IdType::kUser, "u1"}}));
  EXPECT_EQ(say(with(EventType::kPurchase, "", "u1")), Said{});
  EXPECT_EQ(say(with(EventType::kIdentify, R"({"user_id":"u1"})")), Said{});
  EXPECT_EQ(say(with(EventType::kPageView, "", "u2")), (Said{{IdType::kUser, "u2"}}));
  EXPECT_EQ(say(with(EventType::kPageView, "", "u1")), Said{});
}

TEST_F(IdentityTest, PropsNameIdsOfAllTypes) {
  EXPECT_EQ(
      say(with(
          EventType::kIdentify,
          R"({"email":"A@b.example","phone":"+44 20 1","device_id":"d-1","idfa":"X","city":"Rome",
                   "user_id":17,"previous_id":"old","fbp":null,"gaid":""})")),
      (Said{{IdType::kEmail, "A@b.example"},
            {IdType::kPhone, "+44 20 1"},
            {IdType::kDevice, "d-1"},
            {IdType::kPlatform, "idfa:X"},
            {IdType::kUser, "17"},
            {IdType::kVisitor, "old"}}));
}

TEST_F(IdentityTest, OnlyEventsThatSayWhoSomebodyIsAreRead) {
  const std::string_view props = R"({"email":"a@b.example"})";
  EXPECT_EQ(say(with(EventType::kPageView, props)), Said{});
  EXPECT_EQ(world.visitor.profile, nullptr);
  EXPECT_EQ(say(with(EventType::kLogin, props)).size(), 1u);
}

TEST_F(IdentityTest, NobodyIsAnAliasOfThemselves) {
  world.visitor.name = "me";
  EXPECT_EQ(say(with(EventType::kAlias, R"({"previous_id":"me"})")), Said{});
}

TEST_F(IdentityTest, TooManyAndTooLongIdsAreNotClaimed) {
  const std::string longest(limits::kClaimedValueBytesMax, 'x');
  EXPECT_EQ(say(with(EventType::kPageView, "", longest)).size(), 1u);
  EXPECT_EQ(say(with(EventType::kPageView, "", longest + "x")), Said{});
  for (size_t i = 1; i < limits::kClaimedMax; ++i) {
    EXPECT_EQ(say(with(EventType::kPageView, "", std::to_string(i))).size(), 1u);
  }
  EXPECT_EQ(say(with(EventType::kPageView, "", "one more")), Said{});
}

TEST_F(IdentityTest, WhatWasClaimedIsStored) {
  world.visitor.site = SiteId{1};
  world.visitor.name = "me";
  say(with(EventType::kPageView, "", "u1"));
  const std::string bytes = world.bytes();
  Visitor read;
  ASSERT_TRUE(decode_visitor(bytes, read));
  ASSERT_NE(read.profile, nullptr);
  EXPECT_EQ(read.profile->claimed, world.visitor.profile->claimed);
  EXPECT_EQ(read.profile->claimed.size(), 1u);
}

}  // namespace
}  // namespace rekindle::operators
