// Time alone: after a few busy weeks no event arrives for 400 days. Every entry into and exit from
// the ready audiences of configs/audiences must come at its exact millisecond, however rarely the
// clock is looked at, and no other. The second opinion is the naive evaluator with its own parser;
// it is asked at every instant at which something can leave a window, and at many by chance.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cli/naive/parser.h"
#include "cli/naive/plain_event.h"
#include "tests/support/rig.h"

namespace rekindle {
namespace {

using testing::Rig;
using testing::RigOptions;
using testing::TestEvent;

constexpr EventTime kStart{1'775'000'000'123};  // 2026-03-31: a quarter ends during the busy weeks
constexpr Duration kBusy = days(16);
constexpr Duration kSilence = days(400);
constexpr int kPeople = 60;

std::vector<AudienceDefinition> ready_audiences() {
  std::vector<AudienceDefinition> definitions;
  std::vector<std::filesystem::path> files;
  const std::string folder = std::string(RK_SOURCE_DIR) + "/configs/audiences";
  for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file);
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const YAML::Node root = YAML::LoadFile(file.string());
    for (const auto& entry : root["audiences"]) {
      definitions.push_back(
          {entry.first.as<std::string>(), "", "", entry.second["when"].as<std::string>()});
    }
  }
  return definitions;
}

// Without those that other customers move too: ranks and models, and audiences that ask about such.
std::vector<AudienceDefinition> moved_by_time_alone(std::vector<AudienceDefinition> definitions) {
  const Currency currency = Currency::parse("GBP").value();
  std::vector<std::string> names;
  for (const AudienceDefinition& definition : definitions) names.push_back(definition.name);
  std::set<size_t> moved;  // by others
  const std::function<bool(const naive::Tree&)> asks = [&](const naive::Tree& tree) {
    const bool refers = tree.term == "in" || tree.term == "in_for";
    return (refers && moved.count(tree.audience) != 0) ||
           std::any_of(tree.parts.begin(), tree.parts.end(), asks);
  };
  size_t before = SIZE_MAX;
  while (moved.size() != before) {
    before = moved.size();
    for (size_t i = 0; i < definitions.size(); ++i) {
      const auto tree = naive::parse(definitions[i].when, currency, names);
      RK_ASSERT(tree);
      if (naive::asks_about_customers(*tree) || asks(*tree)) moved.insert(i);
    }
  }
  for (auto i = moved.rbegin(); i != moved.rend(); ++i) {
    definitions.erase(definitions.begin() + static_cast<std::ptrdiff_t>(*i));
  }
  return definitions;
}

// What a person of a small shop does within the busy weeks.
class Life {
 public:
  Life(int number, std::mt19937_64& random)
      : x_random(random), x_name("person " + std::to_string(number)) {}

  std::vector<TestEvent> run() {
    if (pick(4) == 0) bought_long_ago();
    if (pick(5) > 0) shops(1 + pick(4));
    if (pick(2)) browses();
    if (pick(2)) searches();
    if (pick(2)) fills_a_cart();
    if (pick(3) == 0) is_shown_offers();
    if (pick(3) == 0) asks();
    if (pick(3) == 0) shares();
    if (pick(2)) introduces_themselves();
    if (x_events.empty() || pick(4) == 0) happens(sometime(), EventType::kPageView);
    for (TestEvent& event : x_events) event.at = std::min(event.at, kStart + kBusy);
    does_one_last_thing();
    std::sort(x_events.begin(), x_events.end(),
              [](const TestEvent& a, const TestEvent& b) { return a.at < b.at; });
    return std::move(x_events);
  }

 private:
  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }
  EventTime sometime() {
    return kStart + milliseconds(static_cast<int64_t>(pick(static_cast<size_t>(kBusy.ms))));
  }
  EventTime after(EventTime at, int64_t most_minutes) {
    return at + milliseconds(1 + static_cast<int64_t>(pick(size_t(most_minutes) * 60'000)));
  }
  TestEvent& happens(EventTime at, EventType type) {
    TestEvent& event = x_events.emplace_back();
    event.visitor = x_name;
    event.type = type;
    event.at = at;
    event.id = x_name + "-" + std::to_string(x_events.size());
    return event;
  }
  void with_item(TestEvent& event) {
    static constexpr const char* kCategories[] = {"shoes", "shoe care", "hats"};
    const size_t product = pick(6);
    event.product = "p" + std::to_string(product);
    event.category = kCategories[product % 3];
    event.price = 1'200 + static_cast<int64_t>(product) * 550;
    event.quantity = static_cast<uint32_t>(1 + pick(2));
  }

  // So that they lapse while they are still around.
  void bought_long_ago() {
    const Duration ago = days(215) + minutes(static_cast<int64_t>(pick(20 * 1'440)));
    TestEvent& order = happens(kStart - ago, EventType::kPurchase);
    with_item(order);
    order.order = order.id;
    happens(sometime(), EventType::kEmailOpen);
    x_shops_no_more = true;
  }
  void shops(size_t times) {
    if (x_shops_no_more) return;
    const bool hunts = pick(3) == 0;
    for (size_t i = 0; i < times; ++i) {
      TestEvent& order = happens(sometime(), EventType::kPurchase);
      with_item(order);
      order.order = order.id;
      if (hunts) order.coupon = "SPRING";
      if (pick(3) > 0) continue;
      const EventTime back = after(order.at, 14 * 1'440);
      TestEvent& refund = happens(back, EventType::kRefund);
      refund.value = 2'000;
    }
  }
  void browses() {
    const EventTime at = sometime();
    for (size_t i = 0; i < 2 + pick(4); ++i)
      with_item(happens(after(at, 40), EventType::kViewItem));
  }
  void searches() {
    const EventTime at = sometime();
    happens(at, EventType::kSearch);
    with_item(happens(after(at, 13), EventType::kViewItem));
  }
  void fills_a_cart() {
    const EventTime at = sometime();
    with_item(happens(at, EventType::kAddToCart));
    if (pick(2)) happens(after(at, 60), EventType::kBeginCheckout);
    if (pick(3) > 0) return;
    TestEvent& order = happens(after(at, 150), EventType::kPurchase);
    with_item(order);
    order.order = order.id;
  }
  void is_shown_offers() {
    const EventTime at = sometime();
    for (size_t i = 0; i < 9 + pick(5); ++i) happens(after(at, 4 * 1'440), EventType::kOfferShown);
    if (pick(3) == 0) happens(after(at, 4 * 1'440), EventType::kOfferClicked);
  }
  void asks() {
    for (size_t i = 0; i < 4 + pick(4); ++i) happens(sometime(), EventType::kSupportContact);
  }
  void shares() {
    happens(sometime(), pick(2) ? EventType::kSocialShare : EventType::kAddToWishlist);
  }
  void introduces_themselves() {
    TestEvent& told = happens(sometime(), EventType::kIdentify);
    told.props = pick(2) ? R"({"age": 35, "country": "AT"})" : R"({"age": "17.5"})";
    happens(sometime(), EventType::kSubscribe);
    TestEvent& came = happens(sometime(), EventType::kPageView);
    came.campaign_source = pick(2) ? "newsletter" : "google";
    came.campaign_medium = "cpc";
  }

  // In the last half hour, so that short windows end in the silence too.
  void does_one_last_thing() {
    const EventTime at = after(kStart + kBusy, 25);
    switch (pick(6)) {
      case 0: return with_item(happens(at, EventType::kAddToCart));
      case 1:
        for (int i = 0; i < 3; ++i) with_item(happens(after(at, 3), EventType::kViewItem));
        return;
      case 2:
        happens(at, EventType::kSearch);
        return with_item(happens(after(at, 4), EventType::kViewItem));
      case 3: happens(at, EventType::kSubscribe); return;
      case 4: {
        TestEvent& order = happens(at, EventType::kPurchase);
        with_item(order);
        order.order = order.id;
        return;
      }
      default: return;
    }
  }

  std::mt19937_64& x_random;
  std::string x_name;
  bool x_shops_no_more = false;
  std::vector<TestEvent> x_events;
};

// (at, audience's name, entered)
using Move = std::tuple<int64_t, std::string, bool>;

class Oracle {
 public:
  explicit Oracle(const std::vector<AudienceDefinition>& audiences) {
    for (const AudienceDefinition& audience : audiences) x_names.push_back(audience.name);
    const Currency currency = Currency::parse("GBP").value();
    for (const AudienceDefinition& audience : audiences) {
      auto tree = naive::parse(audience.when, currency, x_names);
      RK_ASSERT(tree);
      collect(*tree);
      x_trees.push_back(std::move(*tree));
    }
    x_lengths.insert(247 * 86'400'000LL);  // in_for(lapsed_warm) < 7d, entered by time
    for (size_t i = 0; i < x_trees.size(); ++i) place(i);
  }

  // Every move of one person up to `end`.
  std::vector<Move> moves_of(const std::vector<TestEvent>& events, EventTime end) const {
    std::vector<Move> moves;
    naive::World world;
    world.visitor = Rig::key_of(events.front().visitor);
    world.inside_since.resize(x_trees.size());
    size_t arrived = 0;
    for (const int64_t instant : instants(events, end)) {
      world.now = {instant};
      for (; arrived < events.size() && events[arrived].at.ms <= instant; ++arrived) {
        world.events.push_back(naive::plain_event(Rig::event_of(events[arrived])));
      }
      for (const size_t i : x_order) {
        const bool inside = naive::holds(x_trees[i], world);
        if (inside == world.inside_since[i].has_value()) continue;
        world.inside_since[i] = inside ? std::optional(world.now) : std::nullopt;
        moves.emplace_back(instant, x_names[i], inside);
      }
    }
    return moves;
  }

 private:
  void collect(const naive::Tree& tree) {
    x_lengths.insert(tree.window_ms);
    x_lengths.insert(tree.within_ms);
    if (tree.unit == naive::Unit::kDuration && tree.form != naive::Form::kTerm) {
      x_lengths.insert(naive::whole_constant(tree).value_or(0));
    }
    for (const naive::Tree& part : tree.parts) collect(part);
  }
  // An audience comes after those it asks about.
  void place(size_t i) {
    if (std::find(x_order.begin(), x_order.end(), i) != x_order.end()) return;
    place_parts(x_trees[i]);
    x_order.push_back(i);
  }
  void place_parts(const naive::Tree& tree) {
    if (tree.term == "in" || tree.term == "in_for") place(tree.audience);
    for (const naive::Tree& part : tree.parts) place_parts(part);
  }

  std::set<int64_t> instants(const std::vector<TestEvent>& events, EventTime end) const {
    std::set<int64_t> found;
    const auto add = [&](int64_t instant) {
      for (const int64_t near : {instant - 1, instant, instant + 1, instant + 2}) {
        if (near >= events.front().at.ms && near <= end.ms) found.insert(near);
      }
    };
    for (const TestEvent& event : events) {
      for (const int64_t length : x_lengths) add(event.at.ms + length);
    }
    add_order_intervals(events, add);
    std::mt19937_64 random(5);
    const auto span = static_cast<uint64_t>(end.ms - events.front().at.ms);
    for (int i = 0; i < 200; ++i) {
      add(events.front().at.ms + static_cast<int64_t>(random() % span));
    }
    return found;
  }
  // When a customer's usual time between orders, and twice that, is over.
  template <typename Add>
  static void add_order_intervals(const std::vector<TestEvent>& events, const Add& add) {
    std::vector<int64_t> orders;
    for (const TestEvent& event : events) {
      if (event.type != EventType::kPurchase) continue;
      orders.push_back(event.at.ms);
      if (orders.size() < 2) continue;
      const int64_t gaps = static_cast<int64_t>(orders.size()) - 1;
      const int64_t span = orders.back() - orders.front();
      for (const int64_t times : {1, 2}) add(orders.back() + times * span / gaps);
    }
  }

  std::vector<std::string> x_names;
  std::vector<naive::Tree> x_trees;
  std::vector<size_t> x_order;
  std::set<int64_t> x_lengths;
};

std::map<std::string, std::vector<Move>> moves_by_person(Rig& rig) {
  const Rules rules = rig.engine().rules();
  std::map<std::string, std::vector<Move>> moves;
  for (const auto& line : rig.feed()) {
    moves[line.visitor].emplace_back(line.at_ms, rules.find(AudienceId{line.audience})->name,
                                     line.entered);
  }
  return moves;
}

TEST(TimeAlone, EveryEntryAndExitOf400SilentDaysComesAtItsExactInstant) {
  std::mt19937_64 random(400);
  std::vector<std::vector<TestEvent>> lives;
  std::vector<TestEvent> all;
  for (int i = 0; i < kPeople; ++i) {
    lives.push_back(Life(i, random).run());
    all.insert(all.end(), lives.back().begin(), lives.back().end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const TestEvent& a, const TestEvent& b) { return a.at < b.at; });

  RigOptions options;
  options.engine.clock = ClockMode::kWall;
  options.engine.log_retention = days(1'000);  // the whole feed is looked at in the end
  options.audiences = moved_by_time_alone(ready_audiences());
  Rig rig(options);
  for (const TestEvent& event : all) {
    rig.clock().set({event.at.ms});
    rig.send({event});
  }
  const EventTime silent_from = all.back().at;
  const EventTime end = silent_from + kSilence;
  // Sometimes minutes, sometimes days pass before anybody looks at the clock.
  while (rig.clock().now().ms < end.ms) {
    const int64_t steps = static_cast<int64_t>(1 + random() % 1'000);
    const Duration step = random() % 4 == 0 ? minutes(5 * steps) : milliseconds(977 * steps);
    rig.clock().set({std::min(end.ms, rig.clock().now().ms + step.ms * 3)});
    rig.engine().run_until_idle();
  }

  const Oracle oracle(options.audiences);
  auto by_feed = moves_by_person(rig);
  size_t silent = 0;
  std::set<std::string> moved;
  for (const auto& life : lives) {
    std::vector<Move> expected = oracle.moves_of(life, end);
    std::vector<Move>& found = by_feed[life.front().visitor];
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected) << life.front().visitor;
    for (const auto& [at, audience, entered] : found) {
      if (at <= silent_from.ms) continue;
      ++silent;
      moved.insert(audience);
    }
  }
  // The test means something only if time alone moves many people, in and out of many audiences.
  EXPECT_GT(silent, size_t{kPeople} * 8);
  EXPECT_GT(moved.size(), 28u) << ::testing::PrintToString(moved);
}

}  // namespace
}  // namespace rekindle
