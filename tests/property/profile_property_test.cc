// Profiles through the whole engine: neither crashes, replay, a small cache nor the order of
// arrival may be visible in what is known of a visitor.
#include <gtest/gtest.h>

#include "core/visitor_format.h"
#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

using Events = std::vector<TestEvent>;
using Profiles = std::map<std::string, Profile>;

// Shop traffic between events that tell or allow something; no two of these at the same instant.
Events talkative_shop(uint32_t seed) {
  Events events = random_shop({.seed = seed, .events = 800, .visitors = 40});
  std::mt19937 random(seed);
  const auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  const EventTime start = events.front().at - days(1);
  Events told;
  for (uint32_t i = 0; i < 600; ++i) {
    TestEvent event;
    event.visitor = "v" + std::to_string(below(40));
    event.at = start + seconds(below(1'000)) + milliseconds(1'000LL * 1'000 * i);
    event.id = "told-" + std::to_string(i);
    const std::string n = std::to_string(below(80));
    const std::string yes = below(2) == 0 ? "true" : "false";
    switch (below(5)) {
      case 0:
        event.type = EventType::kIdentify;
        event.props = R"({"t)" + n + R"(":)" + (below(4) == 0 ? "null" : n) + R"(,"email":"a)" + n +
                      R"(@example.com"})";
        break;
      case 1:
        event.type = EventType::kConsent;
        event.consent = R"({"ads":)" + yes + R"(,"p)" + n + R"(":)" + yes + "}";
        break;
      case 2:
        event.type = below(2) == 0 ? EventType::kSubscribe : EventType::kUnsubscribe;
        event.channel = below(2) == 0 ? "sms" : "";
        break;
      case 3: event.campaign = "c" + n; break;
      default: event.user = "u" + n;
    }
    told.push_back(event);
  }
  for (TestEvent& event : told) {
    const auto place = static_cast<std::ptrdiff_t>(below(static_cast<uint32_t>(events.size())));
    events.insert(events.begin() + place, std::move(event));
  }
  return events;
}

void drive(Rig& rig, const Events& events, size_t cut, uint32_t crash_one_in = 0) {
  std::mt19937 random(5);
  for (size_t at = 0; at < events.size(); at += cut) {
    const size_t end = std::min(at + cut, events.size());
    rig.send(Events(events.begin() + static_cast<std::ptrdiff_t>(at),
                    events.begin() + static_cast<std::ptrdiff_t>(end)));
    if (crash_one_in != 0 && random() % crash_one_in == 0) rig.crash();
  }
}

RigOptions options_with(uint32_t dirty_visitors) {
  RigOptions options;
  options.audiences = shop_audiences();
  options.engine.checkpoint_dirty_visitors = dirty_visitors;
  options.engine.checkpoint_events = 40;
  return options;
}

// Every visitor's bytes.
std::map<std::string, std::string> rows_of(Rig& rig) {
  RK_ASSERT(rig.engine().checkpoint_now());
  std::map<std::string, std::string> rows;
  RK_ASSERT(rig.store().scan(Table::kVisitors, "", "\xff\xff", [&](auto key, auto value) {
    rows[std::string(key)] = written_whole(value).value();
    return true;
  }));
  return rows;
}

// By visitor's name, from those bytes.
Profiles profiles_of(Rig& rig) {
  Profiles profiles;
  for (const auto& [key, value] : rows_of(rig)) {
    Visitor visitor;
    RK_ASSERT(decode_visitor(value, visitor).has_value());
    if (visitor.profile == nullptr) continue;
    std::sort(visitor.profile->claimed.begin(), visitor.profile->claimed.end());  // as they came
    profiles[visitor.name] = *visitor.profile;
  }
  return profiles;
}

class ProfileProperty : public ::testing::TestWithParam<uint32_t> {
 protected:
  const Events x_events = talkative_shop(GetParam());
};

TEST_P(ProfileProperty, CrashesAndReplayChangeNothing) {
  Rig calm(options_with(5));
  drive(calm, x_events, 50);
  const auto rows = rows_of(calm);
  const Profiles expected = profiles_of(calm);
  ASSERT_GT(expected.size(), 30u);

  Rig shaken(options_with(5));
  drive(shaken, x_events, 50, 3);
  shaken.crash();
  EXPECT_EQ(profiles_of(shaken), expected);
  EXPECT_EQ(rows_of(shaken), rows);

  calm.replay_from_log();
  EXPECT_EQ(profiles_of(calm), expected);
  EXPECT_EQ(rows_of(calm), rows);
}

TEST_P(ProfileProperty, ASmallCacheChangesNothing) {
  Rig roomy(options_with(5));
  drive(roomy, x_events, 20);
  RigOptions options = options_with(5);
  options.engine.cache_bytes_max = 8'000;
  Rig tight(options);
  drive(tight, x_events, 20);
  EXPECT_GT(tight.engine().counters(0).cold_reads.load(), 50u);
  EXPECT_EQ(profiles_of(tight), profiles_of(roomy));
}

TEST_P(ProfileProperty, TheOrderOfArrivalChangesNothing) {
  Rig in_order(options_with(1'000));
  drive(in_order, x_events, 64);
  Events shuffled = x_events;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(GetParam()));
  Rig out_of_order(options_with(1'000));
  drive(out_of_order, shuffled, 64);
  EXPECT_EQ(profiles_of(out_of_order), profiles_of(in_order));
}

INSTANTIATE_TEST_SUITE_P(Seeds, ProfileProperty, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace rekindle::testing
