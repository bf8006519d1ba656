#include "io/reports/channel.h"

#include <gtest/gtest.h>

#include "tests/core/event_samples.h"

namespace rekindle::testing {
namespace {

using namespace testing_samples;
using io::Channel;
using io::Touch;
using io::TouchOf;

Event page(std::string_view url, std::string_view referrer) {
  Event event = event_of(EventType::kPageView, kNoon);
  event.url = url;
  event.referrer = referrer;
  return event;
}

void is(const Event& event, Touch touch, const Channel& channel) {
  const TouchOf found = io::touch_of(event);
  EXPECT_EQ(touch, found.touch) << event.referrer;
  EXPECT_EQ(channel, found.channel) << found.channel.source << ' ' << found.channel.medium;
}

TEST(Channel, IsWhatTheCampaignSays) {
  Event event = page("https://shop.example/", "https://google.com/");
  event.campaign_source = "News";
  event.campaign_medium = "E-Mail";
  event.campaign_name = "Autumn";
  is(event, Touch::kVisited, {"news", "e-mail", "Autumn", ""});
  event.type = EventType::kPurchase;  // clients repeat it with each event of a visit
  is(event, Touch::kVisited, {"news", "e-mail", "Autumn", ""});
  event.type = EventType::kOfferShown;  // not done by them
  is(event, Touch::kNone, {});
}

TEST(Channel, IsWhereAPageWasCalledFrom) {
  constexpr const char* kHere = "https://www.shop.example/p?q=1";
  is(page(kHere, "https://www.google.co.uk/search"), Touch::kVisited,
     {"google.co.uk", "organic", "", ""});
  is(page(kHere, "https://l.facebook.com/l.php"), Touch::kVisited,
     {"l.facebook.com", "social", "", ""});
  is(page(kHere, "https://t.co/x"), Touch::kVisited, {"t.co", "social", "", ""});
  is(page(kHere, "https://user@Blog.example:8443/x?y#z"), Touch::kVisited,
     {"blog.example", "referral", "", ""});
  is(page(kHere, "https://google"), Touch::kVisited, {"google", "referral", "", ""});
  for (const char* inside : {"https://shop.example/", "https://www.shop.example/x",
                             "https://help.shop.example/", "", "/relative", "about:blank"}) {
    is(page(kHere, inside), Touch::kNone, {});
  }
  is(page("", "https://blog.example/"), Touch::kNone, {});  // who can tell whether it is another
  is(page("https://shop.example/", "https://notshop.example/"), Touch::kVisited,
     {"notshop.example", "referral", "", ""});
}

TEST(Channel, IsWhatAnEngagementIsMadeIn) {
  Event event = event_of(EventType::kEmailOpen, kNoon);
  is(event, Touch::kEngaged, {"email", "email", "", ""});
  event.campaign_source = "letter";
  event.campaign_name = "May";
  is(event, Touch::kEngaged, {"letter", "email", "May", ""});
  event = event_of(EventType::kSocialLike, kNoon);
  event.channel = "Instagram";
  event.props = R"({"influencer":"Jo"})";
  is(event, Touch::kEngaged, {"instagram", "influencer", "", "Jo"});
  event = event_of(EventType::kSupportContact, kNoon);
  is(event, Touch::kEngaged, {"support", "support", "", ""});
  for (const auto& [name, touch, medium] :
       {std::tuple{"sms_delivered", Touch::kReached, "sms"},
        std::tuple{"sms_click", Touch::kClicked, "sms"},
        std::tuple{"push_open", Touch::kEngaged, "push"},
        std::tuple{"ad_impression", Touch::kReached, "display"}}) {
    event = event_of(custom_type(name), kNoon);
    event.custom_type = name;
    is(event, touch, {medium, medium, "", ""});
  }
  event = event_of(custom_type("quiz"), kNoon);
  event.custom_type = "quiz";
  is(event, Touch::kNone, {});
}

TEST(Channel, HasAKindByItsMediumThatASiteMayChange) {
  const auto kind = [](const std::string& medium, const io::ChannelConfig& config = {}) {
    return io::name_of(io::kind_of({"x", medium, "", ""}, config));
  };
  EXPECT_EQ("paid", kind("cpc"));
  EXPECT_EQ("owned", kind("email"));
  EXPECT_EQ("earned", kind("referral"));
  EXPECT_EQ("earned", kind("influencer"));
  EXPECT_EQ("shared", kind("social"));
  EXPECT_EQ("other", kind("carrier pigeon"));
  EXPECT_EQ("owned", io::name_of(io::kind_of(io::direct_channel(), {})));
  io::ChannelConfig config;
  config.media = {{"influencer", io::MediaKind::kPaid}, {"carrier pigeon", io::MediaKind::kOwned}};
  EXPECT_EQ("paid", kind("influencer", config));
  EXPECT_EQ("owned", kind("carrier pigeon", config));
}

TEST(Channel, KnowsWhenAnEmailAddressIsGiven) {
  Event event = event_of(EventType::kSubscribe, kNoon);
  EXPECT_TRUE(io::collects_email(event));
  event.channel = "sms";
  EXPECT_FALSE(io::collects_email(event));
  EXPECT_TRUE(io::collects_email(event_of(EventType::kSignUp, kNoon)));
  event = event_of(EventType::kIdentify, kNoon);
  EXPECT_FALSE(io::collects_email(event));
  event.props = R"({"city":"Rome","email":"ann@example.org"})";
  EXPECT_TRUE(io::collects_email(event));
  event.props = R"({"city":"email"})";
  EXPECT_FALSE(io::collects_email(event));
}

}  // namespace
}  // namespace rekindle::testing
