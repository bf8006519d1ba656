#include "operators/profile.h"

#include <gtest/gtest.h>

#include <random>

#include "core/limits.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

Event identify(std::string_view props, EventTime at = kNoon) {
  Event event = event_of(EventType::kIdentify, at);
  event.props = props;
  return event;
}

Event consent(std::string_view json, EventTime at = kNoon) {
  Event event = event_of(EventType::kConsent, at);
  event.consent = json;
  return event;
}

Event visit_from(std::string_view source, EventTime at) {
  Event event = event_of(EventType::kPageView, at);
  event.campaign_source = source;
  return event;
}

class ProfileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string trait(std::string_view name) const {
    const Profile* profile = world.visitor.profile.get();
    const Trait* found = profile == nullptr ? nullptr : profile->trait(name);
    return found == nullptr ? "(none)" : found->value;
  }
  // 'y', 'n', or '-' for never asked.
  [[nodiscard]] char allowed(std::string_view purpose) const {
    const Profile* profile = world.visitor.profile.get();
    const Consent* found = profile == nullptr ? nullptr : profile->consent(purpose);
    return found == nullptr ? '-' : found->granted ? 'y' : 'n';
  }
  OneVisitor world{make_profile()};
};

TEST_F(ProfileTest, NothingToldMakesNoProfile) {
  Event view = event_of(EventType::kPageView, kNoon);
  view.props = R"({"email":"not@identify.example"})";
  view.channel = "web";
  world.send(view);
  world.send(event_of(EventType::kIdentify, kNoon));
  world.send(event_of(EventType::kConsent, kNoon));
  world.send(identify("{}"));
  world.send(identify(R"({"deep":{"email":"a"},"list":[1,2]})"));
  world.send(consent(R"({"ads":"perhaps","sms":null,"push":7})"));
  EXPECT_EQ(world.visitor.profile, nullptr);
}

TEST_F(ProfileTest, IdentifySetsPlainTraitsAsTheyWereSent) {
  world.send(identify(
      R"({"email":"ann@example.com","age": 42 ,"vip":true,"big":1e400,"id":12345678901234567890,)"
      R"("name":"J\u00fcrgen \"J\"","address":{"city":"Rome"},"tags":["a"],"last":"one"})"));
  EXPECT_EQ(trait("email"), "ann@example.com");
  EXPECT_EQ(trait("age"), "42");
  EXPECT_EQ(trait("vip"), "true");
  EXPECT_EQ(trait("big"), "1e400");
  EXPECT_EQ(trait("id"), "12345678901234567890");
  EXPECT_EQ(trait("name"), "J\xc3\xbcrgen \"J\"");
  EXPECT_EQ(trait("last"), "one");
  EXPECT_EQ(world.visitor.profile->traits.size(), 7u);
}

TEST_F(ProfileTest, NullAndBlankTakeATraitBackForOlderEventsToo) {
  world.send(identify(R"({"email":"ann@example.com","plan":"gold"})", kNoon));
  world.send(identify(R"({"email":null,"plan":""})", kNoon + seconds(2)));
  EXPECT_EQ(trait("email"), "(none)");
  EXPECT_EQ(trait("plan"), "(none)");
  world.send(identify(R"({"email":"late@example.com"})", kNoon + seconds(1)));
  EXPECT_EQ(trait("email"), "(none)");
  world.send(identify(R"({"email":"new@example.com"})", kNoon + seconds(3)));
  EXPECT_EQ(trait("email"), "new@example.com");
}

TEST_F(ProfileTest, AnOlderEventNeverOverwritesANewerOne) {
  world.send(identify(R"({"city":"Rome","zip":"1"})", kNoon));
  world.send(identify(R"({"city":"Oslo","state":"x"})", kNoon - days(1)));
  EXPECT_EQ(trait("city"), "Rome");
  EXPECT_EQ(trait("state"), "x");
  world.send(identify(R"({"city":"Bern"})", kNoon));  // of two at once, what came last
  EXPECT_EQ(trait("city"), "Bern");
  // Said again, a value is as new as its last saying.
  world.send(identify(R"({"zip":"1"})", kNoon + days(2)));
  world.send(identify(R"({"zip":"2"})", kNoon + days(1)));
  EXPECT_EQ(trait("zip"), "1");
}

TEST_F(ProfileTest, TheUserOfAnyEventIsATrait) {
  Event view = event_of(EventType::kPageView, kNoon);
  view.user = "u-17";
  world.send(view);
  EXPECT_EQ(trait("user_id"), "u-17");
  Event both = identify(R"({"user_id":"from-props"})", kNoon + seconds(1));
  both.user = "u-18";
  world.send(both);
  EXPECT_EQ(trait("user_id"), "u-18");
  world.send(identify(R"({"user_id":"u-19"})", kNoon + seconds(2)));
  EXPECT_EQ(trait("user_id"), "u-19");
}

TEST_F(ProfileTest, WhatIsTooLongIsNotTaken) {
  const std::string value(limits::kTraitValueBytesMax, 'v');
  const std::string name(limits::kTraitNameBytesMax, 'n');
  const std::string props = R"({")" + name + R"(":")" + value + R"(",")" + name +
                            R"(n":"1","value":")" + value + R"(v","":"2"})";
  world.send(identify(props));
  EXPECT_EQ(world.visitor.profile->traits.size(), 1u);
  EXPECT_EQ(trait(name), value);
  const std::string purpose(limits::kPurposeBytesMax + 1, 'p');
  world.send(consent(R"({")" + purpose + R"(":true})"));
  EXPECT_TRUE(world.visitor.profile->consents.empty());
}

TEST_F(ProfileTest, OverTheBoundTheTraitChangedLongestAgoLeaves) {
  for (size_t i = 0; i < limits::kTraitsMax; ++i) {
    const std::string props = R"({"t)" + std::to_string(i) + R"(":1})";
    world.send(identify(props, kNoon + seconds(static_cast<int64_t>(i))));
  }
  world.send(identify(R"({"t0":2})", kNoon + days(1)));
  world.send(identify(R"({"new":1})", kNoon + days(2)));
  world.send(identify(R"({"ancient":1})", kNoon - days(2)));
  EXPECT_EQ(world.visitor.profile->traits.size(), limits::kTraitsMax);
  EXPECT_EQ(trait("t0"), "2");
  EXPECT_EQ(trait("t1"), "(none)");
  EXPECT_EQ(trait("t2"), "1");
  EXPECT_EQ(trait("new"), "1");
  EXPECT_EQ(trait("ancient"), "(none)");
}

TEST_F(ProfileTest, ConsentOfAnyEventInEveryWriting) {
  Event view = event_of(EventType::kPageView, kNoon);
  view.consent = R"({"ads":true,"analytics":false})";
  world.send(view);
  EXPECT_EQ(allowed("ads"), 'y');
  EXPECT_EQ(allowed("analytics"), 'n');
  world.send(consent(R"({"google":{"ad_storage":"granted","ad_user_data":"denied"},"x":"yes"})"));
  EXPECT_EQ(allowed("ad_storage"), 'y');
  EXPECT_EQ(allowed("ad_user_data"), 'n');
  EXPECT_EQ(allowed("google"), '-');
  EXPECT_EQ(allowed("x"), '-');
  world.send(consent(R"({"ads":false})", kNoon - seconds(1)));
  EXPECT_EQ(allowed("ads"), 'y');
  world.send(consent(R"({"ads":false})", kNoon + seconds(1)));
  EXPECT_EQ(allowed("ads"), 'n');
}

TEST_F(ProfileTest, OverTheBoundAnswersAboutAdvertisingStay) {
  world.send(consent(R"({"ads":false,"ad_user_data":true})", kNoon - days(9)));
  for (size_t i = 0; i < 2 * limits::kConsentsMax; ++i) {
    world.send(consent(R"({"p)" + std::to_string(i) + R"(":true})"));
  }
  EXPECT_EQ(world.visitor.profile->consents.size(), limits::kConsentsMax);
  EXPECT_EQ(allowed("ads"), 'n');
  EXPECT_EQ(allowed("ad_user_data"), 'y');
}

TEST_F(ProfileTest, ARefusalRemembersAGrantBeforeIt) {
  world.send(consent(R"({"ads":false,"sms":false})", kNoon));
  EXPECT_FALSE(world.visitor.profile->consent("ads")->was_granted);
  world.send(consent(R"({"ads":true,"sms":true})", kNoon - days(1)));  // arrives late
  EXPECT_EQ(allowed("ads"), 'n');
  EXPECT_TRUE(world.visitor.profile->consent("ads")->was_granted);
  EXPECT_FALSE(world.visitor.profile->consent("sms")->was_granted);  // not about advertising
  world.send(consent(R"({"ads":true})", kNoon + days(1)));
  EXPECT_FALSE(world.visitor.profile->consent("ads")->was_granted);  // it is granted
  world.send(consent(R"({"ads":false})", kNoon + days(2)));
  EXPECT_TRUE(world.visitor.profile->consent("ads")->was_granted);
}

// Of every audience the visitor is in, and only when the answer became another one.
TEST_F(ProfileTest, AnotherAnswerAboutAdvertisingIsAChange) {
  const auto told = [this](const std::string& json) {
    const size_t before = world.changes.size();
    world.send(consent(json, world.now + seconds(1)));
    std::string text;
    for (size_t i = before; i < world.changes.size(); ++i) {
      EXPECT_EQ(world.changes[i].reason, ChangeReason::kConsent);
      EXPECT_EQ(world.changes[i].at, world.now);
      text += std::to_string(to_index(world.changes[i].audience)) +
              (world.changes[i].entered ? "y" : "n");
    }
    return text;
  };
  world.now = kNoon;
  EXPECT_EQ(told(R"({"ads":true})"), "");  // in no audience
  world.visitor.memberships.insert(world.visitor.memberships.end(), {AudienceId{3}, 1, kNoon});
  world.visitor.memberships.insert(world.visitor.memberships.end(), {AudienceId{7}, 2, kNoon});
  EXPECT_EQ(told(R"({"ads":true})"), "");
  EXPECT_EQ(told(R"({"sms":false})"), "");
  EXPECT_EQ(told(R"({"ad_personalization":false})"), "3n7n");
  EXPECT_EQ(told(R"({"ads":false})"), "");
  EXPECT_EQ(told(R"({"ads":true})"), "");  // one use is refused still
  EXPECT_EQ(told(R"({"ad_personalization":true})"), "3y7y");
  EXPECT_EQ(world.changes.back().definition_version, 2u);
}

TEST_F(ProfileTest, AConsentEventWithoutTheFieldMayUseProps) {
  Event event = event_of(EventType::kConsent, kNoon);
  event.props = R"({"ads":true})";
  world.send(event);
  EXPECT_EQ(allowed("ads"), 'y');
  event.at = kNoon + seconds(1);
  event.consent = R"({"sms":true})";
  event.props = R"({"ads":false})";
  world.send(event);
  EXPECT_EQ(allowed("ads"), 'y');
  EXPECT_EQ(allowed("sms"), 'y');
}

TEST_F(ProfileTest, SubscriptionsAreConsentToTheChannel) {
  world.send(event_of(EventType::kSubscribe, kNoon));
  EXPECT_EQ(allowed("email"), 'y');
  Event sms = event_of(EventType::kSubscribe, kNoon);
  sms.channel = "sms";
  world.send(sms);
  EXPECT_EQ(allowed("sms"), 'y');
  sms.type = EventType::kUnsubscribe;
  sms.at = kNoon + seconds(1);
  world.send(sms);
  EXPECT_EQ(allowed("sms"), 'n');
  EXPECT_EQ(allowed("email"), 'y');
}

TEST_F(ProfileTest, LateEventsFindTheirCampaign) {
  world.send(visit_from("search", kNoon));
  world.send(visit_from("mail", kNoon + days(1)));
  world.send(event_of(EventType::kPageView, kNoon + days(2)));
  world.send(visit_from("late", kNoon - days(1)));
  world.send(visit_from("between", kNoon + hours(1)));
  const Profile& profile = *world.visitor.profile;
  EXPECT_EQ(profile.first_campaign, (Campaign{"late", "", "", kNoon - days(1)}));
  EXPECT_EQ(profile.last_campaign, (Campaign{"mail", "", "", kNoon + days(1)}));
}

TEST_F(ProfileTest, TextThatIsNoJsonDoesNoHarm) {
  for (const std::string_view text :
       {"", "{", "[1]", "null", R"({"a)", R"({"a":)", R"({"a":"x)", R"({"a":"1","b":tru})", "\xff",
        R"({"a":{"b":{"c":)", R"({"a":"\ud800","b":"2"})", R"({"\ud800":"1"})", R"({"a" "b"})"}) {
    world.send(identify(text));
    world.send(consent(text));
  }
  EXPECT_EQ(trait("b"), "2");
}

TEST_F(ProfileTest, AnyOrderOfArrivalGivesTheSameProfile) {
  std::mt19937 random(11);
  const auto below = [&random](uint32_t n) { return random() % n; };
  std::vector<std::string> texts;  // the events look into them
  std::vector<Event> events;
  texts.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) {
    const EventTime at = kNoon + seconds(i);
    Event event = event_of(EventType::kPageView, at);
    const std::string name = std::to_string(below(90));
    const std::string value = below(5) == 0 ? "null" : "\"" + std::to_string(i) + "\"";
    switch (below(5)) {
      case 0: event.user = texts.emplace_back("u" + name); break;
      case 1:
        event = consent(
            texts.emplace_back("{\"c" + name + "\":" + (below(2) == 0 ? "true}" : "false}")), at);
        if (below(8) == 0) event.consent = below(4) == 0 ? R"({"ads":true})" : R"({"ads":false})";
        break;
      case 2:
        event = event_of(below(2) == 0 ? EventType::kSubscribe : EventType::kUnsubscribe, at);
        [[fallthrough]];
      case 3: event.campaign_name = texts.emplace_back(name); break;
      default: event = identify(texts.emplace_back("{\"t" + name + "\":" + value + "}"), at);
    }
    events.push_back(event);
  }
  for (const Event& event : events) world.send(event);
  const Profile& expected = *world.visitor.profile;
  EXPECT_EQ(expected.traits.size(), limits::kTraitsMax);
  EXPECT_EQ(expected.consents.size(), limits::kConsentsMax);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(events.begin(), events.end(), random);
    OneVisitor other(make_profile());
    for (const Event& event : events) other.send(event);
    ASSERT_EQ(*other.visitor.profile, expected) << "round " << round;
  }
}

TEST_F(ProfileTest, ACrawlerIsOneUntilToldOtherwise) {
  Event event = event_of(EventType::kPageView, kNoon);
  world.send(event);
  EXPECT_EQ("(none)", trait("bot"));
  event.is_bot = true;
  world.send(event);
  event.is_bot = false;
  world.send(event);
  EXPECT_EQ("true", trait("bot"));
  EXPECT_TRUE(world.visitor.profile->is_bot());
  world.send(identify(R"({"bot":"no"})", kNoon + hours(1)));
  EXPECT_FALSE(world.visitor.profile->is_bot());
}

}  // namespace
}  // namespace rekindle::operators
