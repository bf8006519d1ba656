#include "io/reports/channel_sums.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/core/event_samples.h"

namespace rekindle::testing {
namespace {

using namespace testing_samples;
using io::Channel;
using io::ChannelSums;

constexpr SiteId kShop{1};
const Channel kLetter{"letter", "email", "May", ""};
const Channel kAd{"google", "cpc", "spring", ""};

class ChannelSumsTest : public ::testing::Test {
 protected:
  // `more` fills in the rest.
  template <typename More>
  void tell(uint64_t visitor, EventTime at, EventType type, const More& more) {
    Event event = event_of(type, at);
    event.site = kShop;
    event.visitor = {visitor, visitor};
    more(event);
    ASSERT_TRUE(sums.add(event));
  }
  void tell(uint64_t visitor, EventTime at, EventType type, const Channel& by = {}) {
    tell(visitor, at, type, [&](Event& event) { set(event, by); });
  }
  void buy(uint64_t visitor, EventTime at, int64_t value, NameHash order = kNoName,
           NameHash event_id = kNoName) {
    tell(visitor, at, EventType::kPurchase, [&](Event& event) {
      event.value = value;
      event.order_hash = order;
      event.event_id = event_id;
    });
  }
  static void set(Event& event, const Channel& by) {
    event.campaign_source = by.source;
    event.campaign_medium = by.medium;
    event.campaign_name = by.campaign;
  }
  // "reach engagements clicks emails conversions revenue cost" of a channel; "" without a row.
  std::string row(const Channel& channel) {
    for (const ChannelSums::Row& row : sums.rows()) {
      if (*row.channel == channel) return text(*row.sums);
    }
    return "";
  }
  static std::string text(const ChannelSums::Sums& s) {
    return fmt::format("{} {} {} {} {} {} {}", s.reach, s.engagements, s.clicks, s.emails,
                       s.conversions, s.revenue, s.cost);
  }

  io::ChannelConfig config;
  ChannelSums sums{{kShop, kNoon, kNoon + days(1)}, config};
};

TEST_F(ChannelSumsTest, CountAVisitAndItsClickOnce) {
  tell(1, kNoon, EventType::kEmailOpen, kLetter);
  tell(1, kNoon + minutes(1), EventType::kEmailClick, kLetter);
  tell(1, kNoon + minutes(2), EventType::kPageView, kLetter);
  tell(1, kNoon + minutes(32), EventType::kPageView, kLetter);  // half an hour after the last
  tell(1, kNoon + minutes(63), EventType::kPageView, kLetter);  // longer
  tell(1, kNoon + minutes(64), EventType::kPageView, kAd);      // by another way
  sums.finish();
  EXPECT_EQ("1 3 2 0 0 0 0", row(kLetter));
  EXPECT_EQ("1 1 1 0 0 0 0", row(kAd));
  EXPECT_EQ("1 3 2 0 0 0 0", text(sums.kinds()[static_cast<size_t>(io::MediaKind::kOwned)]));
}

TEST_F(ChannelSumsTest, CreditTheLastClickElseTheLastEngagement) {
  tell(1, kNoon, EventType::kPageView, kAd);
  tell(1, kNoon + minutes(1), EventType::kEmailOpen, kLetter);  // later, and no click
  buy(1, kNoon + minutes(2), 100);
  tell(2, kNoon + minutes(1), EventType::kEmailOpen, kLetter);
  buy(2, kNoon + minutes(2), 200);
  buy(3, kNoon + minutes(2), 400);
  buy(4, kNoon + minutes(2), 800);
  tell(4, kNoon + minutes(3), EventType::kPageView, kAd);  // too late to explain it
  sums.finish();
  EXPECT_EQ("2 2 2 0 1 100 0", row(kAd));
  EXPECT_EQ("2 2 0 0 1 200 0", row(kLetter));
  EXPECT_EQ("0 0 0 0 2 1200 0", row(io::direct_channel()));
}

TEST_F(ChannelSumsTest, LookBackAsFarAsTheWindowAndNoFurther) {
  tell(1, kNoon - days(30) + hours(1), EventType::kPageView, kAd);
  buy(1, kNoon + hours(1) - milliseconds(1), 1);
  buy(1, kNoon + hours(1), 2);  // 30 days later to the millisecond
  sums.finish();
  EXPECT_EQ("0 0 0 0 1 1 0", row(kAd));
  EXPECT_EQ("0 0 0 0 1 2 0", row(io::direct_channel()));
}

TEST_F(ChannelSumsTest, LeaveOutWhatIsNotOfThePeriod) {
  tell(1, kNoon - milliseconds(1), EventType::kPageView, kLetter);
  tell(1, kNoon + days(1), EventType::kPageView, kLetter);
  buy(1, kNoon - milliseconds(1), 1);
  buy(1, kNoon + days(1), 1);
  tell(2, kNoon, EventType::kPageView, [&](Event& event) {
    set(event, kLetter);
    event.site = SiteId{2};
  });
  sums.add({static_cast<int32_t>(kNoon.ms / days(1).ms), kAd, 5});  // its day began before noon
  sums.add({static_cast<int32_t>(kNoon.ms / days(1).ms) + 1, kAd, 7});
  sums.finish();
  EXPECT_EQ("", row(kLetter));
  EXPECT_EQ("0 0 0 0 0 0 7", row(kAd));
}

TEST_F(ChannelSumsTest, CountWhatIsSentTwiceOnce) {
  for (int i = 0; i < 2; ++i) {
    tell(1, kNoon, EventType::kEmailOpen, [&](Event& event) {
      set(event, kLetter);
      event.event_id = 7;
    });
    tell(2, kNoon, EventType::kEmailOpen, [&](Event& event) {  // another's event of that id
      set(event, kLetter);
      event.event_id = 7;
    });
  }
  buy(1, kNoon + minutes(1), 10, 5);
  buy(1, kNoon + minutes(2), 10, 5);     // the order again, as another event
  buy(1, kNoon + minutes(3), 10, 6, 9);  // another order
  buy(1, kNoon + minutes(3), 10, 6, 9);
  buy(1, kNoon + minutes(4), 10);  // without an id, each is one
  buy(1, kNoon + minutes(4), 10);
  sums.finish();
  EXPECT_EQ("2 2 0 0 4 40 0", row(kLetter));
}

TEST_F(ChannelSumsTest, CollectAnAddressOncePerVisitor) {
  tell(1, kNoon, EventType::kPageView, kAd);
  tell(1, kNoon + minutes(1), EventType::kSubscribe);
  tell(1, kNoon + minutes(2), EventType::kSignUp);
  tell(2, kNoon, EventType::kSignUp);
  sums.finish();
  EXPECT_EQ("1 1 1 1 0 0 0", row(kAd));
  EXPECT_EQ("0 0 0 1 0 0 0", row(io::direct_channel()));
}

TEST_F(ChannelSumsTest, DoNotDependOnTheOrderOfArrival) {
  tell(1, kNoon + minutes(63), EventType::kPageView, kLetter);
  buy(1, kNoon + minutes(3), 10);
  tell(1, kNoon + minutes(2), EventType::kPageView, kLetter);
  tell(1, kNoon + minutes(1), EventType::kEmailClick, kLetter);
  sums.finish();
  EXPECT_EQ("1 2 2 0 1 10 0", row(kLetter));
}

TEST_F(ChannelSumsTest, PutFurtherChannelsTogether) {
  for (size_t i = 0; i < limits::kChannelsMax + 2; ++i) {
    const std::string name = fmt::format("n{:05}", i);
    tell(i + 1, kNoon, EventType::kPageView, Channel{name, "cpc", "", ""});
  }
  tell(1, kNoon + hours(1), EventType::kPageView, Channel{"n00000", "cpc", "", ""});
  sums.finish();
  EXPECT_EQ("1 2 2 0 0 0 0", row({"n00000", "cpc", "", ""}));
  EXPECT_EQ("2 2 2 0 0 0 0", row({"(other)", "(other)", "", ""}));
}

}  // namespace
}  // namespace rekindle::testing
