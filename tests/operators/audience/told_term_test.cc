// trait, consent, campaign.*, first, bucket, exposures and the shares of lifetime: what they give,
// and that unknown stays unknown.
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "operators/audience/bucket.h"
#include "operators/audience/decimal.h"
#include "operators/audience/period.h"
#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

constexpr EventTime kNever = EventTime::never();

Shopper told() {
  Shopper shopper;
  shopper.visitor.profile = std::make_unique<Profile>();
  Profile& profile = *shopper.visitor.profile;
  profile.traits = {{"age", "42", kNow},
                    {"country", "DE", kNow},
                    {"empty", "", kNow},
                    {"score", "-1.50", kNow},
                    {"vip", "true", kNow}};
  profile.consents = {{"ads", true, kNow}, {"email", false, kNow}};
  profile.first_campaign = Campaign{"google", "cpc", "spring", ago(days(90))};
  profile.last_campaign = Campaign{"newsletter", "", "may", ago(days(1))};
  return shopper;
}

TEST(Trait, IsComparedAsText) {
  const Shopper shopper = told();
  EXPECT_TRUE(shopper.is("trait(\"country\") == \"DE\""));
  EXPECT_TRUE(shopper.is("\"DE\" == trait('country')"));
  EXPECT_FALSE(shopper.is("trait(\"country\") == \"de\"")) << "letter for letter";
  EXPECT_TRUE(shopper.is("trait(\"country\") != \"AT\""));
  EXPECT_TRUE(shopper.is("trait(\"country\") in [\"AT\", \"DE\"]"));
  EXPECT_FALSE(shopper.is("trait(\"country\") in [\"AT\", \"CH\"]"));
  EXPECT_TRUE(shopper.is("not (trait(\"country\") in [\"AT\"])"));
  EXPECT_TRUE(shopper.is("trait(\"vip\") == \"true\""));
  EXPECT_TRUE(shopper.is("trait(\"country\") != campaign.source"));
  EXPECT_EQ(shopper.until("trait(\"country\") == \"DE\""), kNever);
}

TEST(Trait, IsANumberBesideANumber) {
  const Shopper shopper = told();
  EXPECT_TRUE(shopper.is("trait(\"age\") >= 42"));
  EXPECT_FALSE(shopper.is("trait(\"age\") > 42"));
  EXPECT_TRUE(shopper.is("18 <= trait(\"age\")"));
  EXPECT_TRUE(shopper.is("trait(\"score\") == -1.5"));
  EXPECT_TRUE(shopper.is("trait(\"age\") > count(any, 7d)"));
  for (const char* const test : {"<", "<=", ">", ">=", "==", "!="}) {
    EXPECT_FALSE(shopper.is("trait(\"country\") " + std::string(test) + " 3")) << test;
  }
}

TEST(Trait, AbsentIsUnknown) {
  const Shopper nobody;
  const Shopper shopper = told();
  for (const char* const name : {"\"city\"", "\"empty\""}) {
    const std::string trait = "trait(" + std::string(name) + ")";
    for (const Shopper* who : {&nobody, &shopper}) {
      EXPECT_FALSE(who->is(trait + " == \"x\""));
      EXPECT_FALSE(who->is(trait + " != \"x\""));
      EXPECT_FALSE(who->is(trait + " in [\"x\", \"\"]"));
      EXPECT_FALSE(who->is(trait + " < 3"));
      EXPECT_TRUE(who->is("not (" + trait + " != \"x\")"));
    }
  }
}

TEST(Consent, IsWhatWasGranted) {
  const Shopper shopper = told();
  EXPECT_TRUE(shopper.is("consent(ads)"));
  EXPECT_TRUE(shopper.is("consent(\"ads\")"));
  EXPECT_FALSE(shopper.is("consent(email)"));
  EXPECT_FALSE(shopper.is("consent(sms)"));
  EXPECT_FALSE(Shopper().is("consent(ads)"));
}

TEST(CampaignFields, AreOfTheFirstAndTheLastTouch) {
  const Shopper shopper = told();
  EXPECT_TRUE(shopper.is("campaign.source == \"newsletter\" and campaign.name == \"may\""));
  EXPECT_TRUE(
      shopper.is("campaign.first_source == \"google\" and campaign.first_medium == \"cpc\""));
  EXPECT_TRUE(shopper.is("campaign.first_name in [\"spring\"]"));
  EXPECT_FALSE(shopper.is("campaign.medium != \"cpc\"")) << "an empty field is unknown";
  EXPECT_FALSE(Shopper().is("campaign.source != \"google\""));
}

TEST(First, IsInAPeriodOfWholeDays) {
  const auto at = [](int64_t ms) {
    Shopper shopper;
    shopper.visitor.lifetime.first_order = EventTime{ms};
    return shopper;
  };
  constexpr int64_t kMarch = 1'772'323'200'000;  // 2026-03-01T00:00:00Z
  constexpr int64_t kApril = 1'775'001'600'000;
  struct Case {
    int64_t ms;
    bool march, first_day, year, spring;
  };
  const Case cases[] = {{kMarch - 1, false, false, true, false},
                        {kMarch, true, true, true, true},
                        {kMarch + days(1).ms - 1, true, true, true, true},
                        {kMarch + days(1).ms, true, false, true, true},
                        {kApril - 1, true, false, true, true},
                        {kApril, false, false, true, true},
                        {1'780'272'000'000 - 1, false, false, true, true},
                        {1'780'272'000'000, false, false, true, false},
                        {1'798'761'600'000, false, false, false, false}};
  for (const Case& c : cases) {
    const Shopper shopper = at(c.ms);
    EXPECT_EQ(shopper.is("first(purchase) in 2026-03"), c.march) << c.ms;
    EXPECT_EQ(shopper.is("first(purchase) in 2026-03-01"), c.first_day) << c.ms;
    EXPECT_EQ(shopper.is("first(purchase) in 2026"), c.year) << c.ms;
    EXPECT_EQ(shopper.is("first(purchase) in 2026-03-01..2026-05-31"), c.spring) << c.ms;
    EXPECT_EQ(shopper.is("first(purchase) in 2026-03..2026-05"), c.spring) << c.ms;
  }
  EXPECT_FALSE(Shopper().is("first(purchase) in 2000..2099"));
  EXPECT_FALSE(Shopper().is("first(any) in 2000..2099"));
  Shopper seen;
  seen.did(EventType::kSearch, EventTime{kMarch});
  EXPECT_TRUE(seen.is("first(any) in 2026-03"));
}

TEST(Period, KnowsTheCalendar) {
  EXPECT_EQ(parse_period("2024-02-29")->end, parse_period("2024-03")->begin);
  EXPECT_EQ(parse_period("2024-12")->end, parse_period("2025")->begin);
  EXPECT_EQ((parse_period("2024")->end - parse_period("2024")->begin), days(366));
  for (const char* const bad :
       {"2023-02-29", "2026-13", "2026-00", "2026-3", "26", "2026-03-", "2026-03-1", "2026x",
        "2026-03..", "2026-03..2026-02", "2026..2025", "2026-03-01T00", "2026.03", ""}) {
    EXPECT_FALSE(parse_period(bad)) << bad;
  }
}

TEST(Decimal, ReadsWhatJsonCallsANumber) {
  struct Case {
    const char* text;
    Wide top;
    int64_t bottom;
  };
  const Case cases[] = {{"0", 0, 1},      {"42", 42, 1},
                        {"-1.50", -3, 2}, {"2e3", 2'000, 1},
                        {"25E-1", 5, 2},  {"1e+2", 100, 1},
                        {"0.125", 1, 8},  {"123456789012345678", 123'456'789'012'345'678, 1}};
  for (const Case& c : cases) {
    const auto value = decimal_of(c.text);
    ASSERT_TRUE(value) << c.text;
    EXPECT_EQ(*value, (Rational{c.top, c.bottom})) << c.text;
  }
  for (const char* const bad : {"", "-", "x", "1x", " 1", "1 ", "1.", ".5", "+1", "1e", "1e99",
                                "--1", "1,5", "1234567890123456789", "0x10", "true", "1e-"}) {
    EXPECT_FALSE(decimal_of(bad)) << bad;
  }
}

// These values must never change: a running experiment would deal its visitors anew.
TEST(Bucket, HasTheseValues) {
  EXPECT_EQ(bucket_of("colours", {1, 2}), 1'545);
  EXPECT_EQ(bucket_of("prices", {1, 2}), 7'389);
  EXPECT_EQ(bucket_of("", {0, 0}), 5'359);
  EXPECT_EQ(bucket_of("colours", visitor_key(site_id("shop"), "ann")), 5'475);
}

TEST(Bucket, IsUniformAndIndependentOfOtherExperiments) {
  constexpr int kVisitors = 40'000;
  std::array<int, 10> tenths{};
  int both = 0;
  for (int i = 0; i < kVisitors; ++i) {
    const VisitorKey key = visitor_key(site_id("shop"), std::to_string(i));
    const int64_t colours = bucket_of("colours", key);
    ASSERT_TRUE(colours >= 0 && colours < 10'000);
    ++tenths[static_cast<size_t>(colours / 1'000)];
    both += colours < 5'000 && bucket_of("prices", key) < 5'000;
  }
  for (const int n : tenths) EXPECT_NEAR(n, kVisitors / 10, 300);  // 5 standard deviations
  EXPECT_NEAR(both, kVisitors / 4, 450);
}

TEST(Bucket, IsANumberFromZeroToBelowAHundred) {
  Shopper shopper;
  shopper.visitor.key = {1, 2};
  EXPECT_TRUE(shopper.is("bucket(\"colours\") == 15.45"));
  EXPECT_TRUE(shopper.is("bucket(\"colours\") >= 0 and bucket(\"colours\") < 100"));
  EXPECT_EQ(shopper.until("bucket(\"colours\") < 50"), kNever);
}

TEST(Exposures, CountWhatWasShown) {
  Shopper shopper;
  shopper.did(EventType::kOfferShown, ago(days(7)), {item("spring")})
      .did(EventType::kOfferShown, ago(days(2)), {item("spring"), item("gift")})
      .did(EventType::kOfferShown, ago(days(1)), {item("gift")})
      .did(EventType::kOfferClicked, ago(days(1)), {item("gift")})
      .did(EventType::kOfferShown, ago(hours(1)));
  EXPECT_TRUE(shopper.is("exposures(any_offer, 7d) == 3"));
  EXPECT_TRUE(shopper.is("exposures(\"spring\", 7d) == 1"));
  EXPECT_TRUE(shopper.is("exposures(\"spring\", 8d) == 2"));
  EXPECT_TRUE(shopper.is("exposures(\"gift\", 7d) * 2 == 4"));
  EXPECT_TRUE(shopper.is("exposures(\"other\", 7d) < 1"));
  EXPECT_EQ(shopper.until("exposures(\"gift\", 7d) >= 2"), ago(days(2)) + days(7));
}

TEST(LifetimeShares, DivideWhatIsThere) {
  Shopper shopper;
  for (const char* const unknown :
       {"lifetime.order_interval", "lifetime.coupon_share", "lifetime.refund_share"}) {
    const std::string zero = unknown == std::string("lifetime.order_interval") ? "0d" : "0";
    EXPECT_FALSE(shopper.is(unknown + (" >= " + zero))) << unknown;
    EXPECT_FALSE(shopper.is(unknown + (" < " + zero))) << unknown;
  }
  Lifetime& lifetime = shopper.visitor.lifetime;
  lifetime.orders = 1;
  lifetime.first_order = lifetime.last_order = ago(days(30));
  EXPECT_FALSE(shopper.is("lifetime.order_interval >= 0d")) << "one order has no interval";
  EXPECT_TRUE(shopper.is("lifetime.coupon_share == 0"));
  lifetime.orders = 4;
  lifetime.last_order = ago(days(10));
  lifetime.coupon_orders = 1;
  lifetime.purchased = 9'000;
  lifetime.refunded = 3'000;
  EXPECT_TRUE(shopper.is("lifetime.order_interval * 3 == 20d"));
  EXPECT_TRUE(shopper.is("lifetime.coupon_share == 0.25"));
  EXPECT_TRUE(shopper.is("lifetime.refund_share * 3 == 1"));
  EXPECT_TRUE(shopper.is("since(purchase) > 2 * lifetime.order_interval"))
      << "a replenishment that is due";
}

}  // namespace
}  // namespace rekindle::operators::audience
