// Time-driven entry and exit are exact: random expressions over random, late and slightly future
// events. Membership kept by the operators (triggers and deadlines only) must equal, on a dense
// grid of instants and just before and at every deadline, both a fresh evaluation and a naive
// recount.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cli/naive/parser.h"
#include "core/operator.h"
#include "core/rank_column.h"
#include "core/rules.h"
#include "operators/audience/program.h"
#include "operators/catalog.h"
#include "operators/clv/clv_model_format.h"
#include "tests/property/naive_audience.h"

namespace rekindle {
namespace {

// Five seconds before midnight, for the cohorts' sake.
constexpr EventTime kStart{1'700'006'395'000};
constexpr int64_t kGridMs = 250;
constexpr size_t kAudiences = 24;

// Checks that the changes of each audience alternate.
class ChangeChecker final : public EffectSink {
 public:
  void add_change(const Change& change, VisitorNumber) override {
    bool& inside = x_inside[to_index(change.audience)];
    EXPECT_NE(inside, change.entered);
    inside = change.entered;
    ++x_changes;
    x_by_time += change.reason == ChangeReason::kDeadline;
  }
  void add_session(const ClosedSession&) override {}
  [[nodiscard]] size_t changes() const { return x_changes; }
  [[nodiscard]] size_t by_time() const { return x_by_time; }

 private:
  std::array<bool, kAudiences> x_inside{};
  size_t x_changes = 0;
  size_t x_by_time = 0;
};

class Play {
 public:
  explicit Play(uint64_t seed) : x_random(seed) {
    x_site.name = "shop";
    x_site.id = site_id("shop");
    x_site.currency = *Currency::parse(pick(3) == 0 ? "JPY" : "EUR");
    define_audiences();
    x_visitor.site = x_site.id;
    x_visitor.name = "someone" + std::to_string(seed);
    x_visitor.key = visitor_key(x_site.id, x_visitor.name);
    x_world.visitor = x_visitor.key;
    x_world.inside_since.resize(kAudiences);
    x_world.others.resize(pick(12));
    for (auto& other : x_world.others) {
      for (size_t i = pick(4); i > 0; --i) other.push_back(random_order());
    }
    x_insights.site = x_site.id;
    if (pick(3) > 0) learn_model();
    if (!::testing::Test::HasFailure()) move_boundaries();
  }

  // Audience a7 may refer to a0 … a6; ids are dealt at random, so that the order of ids is not an
  // order of evaluation.
  void define_audiences() {
    for (size_t i = 0; i < kAudiences; ++i) {
      x_names.push_back("a" + std::to_string(i));
      x_ids.push_back(AudienceId{static_cast<uint16_t>(i)});
    }
    std::shuffle(x_ids.begin(), x_ids.end(), x_random);
    std::vector<operators::audience::KnownAudience> known;
    for (size_t i = 0; i < kAudiences; ++i) known.push_back({x_names[i], x_ids[i]});
    Rules rules;
    for (size_t i = 0; i < kAudiences; ++i) {
      x_trees.push_back(naive::random_condition(x_random, static_cast<int>(pick(4)), i));
      x_sources.push_back(naive::text_of(x_trees.back(), x_site.currency.scale()));
      // What the naive evaluator's own parser makes of the text.
      Result<naive::Tree> read = naive::parse(x_sources.back(), x_site.currency, x_names);
      ASSERT_TRUE(read) << read.error().detail << " in " << x_sources.back();
      x_read.push_back(std::move(*read));
      Result<operators::audience::Program> program =
          operators::audience::compile(x_sources.back(), {}, known);
      ASSERT_TRUE(program) << program.error().detail;
      x_programs.push_back(std::move(*program));
      rules.audiences.push_back({x_ids[i], 1, x_names[i], "", "", x_sources[i]});
    }
    std::sort(rules.audiences.begin(), rules.audiences.end(),
              [](const AudienceRule& a, const AudienceRule& b) { return a.id < b.id; });
    x_operators = *operators::make_operators(rules, {});
  }

  void run() {
    const size_t events = 5 + pick(60);
    if (::testing::Test::HasFailure()) return;
    take(random_event());  // a visitor exists from the first event on
    check();
    for (size_t i = 0; i < events && !::testing::Test::HasFailure(); ++i) {
      const size_t off_grid = pick(4) == 0 ? pick(kGridMs) : 0;
      advance(x_now + milliseconds(static_cast<int64_t>(pick(6) * kGridMs + off_grid)));
      if (pick(3) == 0 && !x_world.others.empty()) {
        x_world.others[pick(x_world.others.size())].push_back(random_order());
        if (move_boundaries()) look_again();
        check();
      }
      take(random_event());
      check();
    }
    advance(x_now + seconds(30));
  }
  [[nodiscard]] const ChangeChecker& changes() const { return x_sink; }

 private:
  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }
  std::string name(const char* prefix) {
    return pick(5) == 0 ? "" : prefix + std::to_string(pick(3));
  }

  // What another customer does: their totals move the ranks.
  naive::PlainEvent random_order() {
    naive::PlainEvent event;
    event.type = pick(4) == 0 ? EventType::kRefund : EventType::kPurchase;
    event.at = x_now - milliseconds(static_cast<int64_t>(pick(40)) * kGridMs);
    event.has_value = true;
    event.value = static_cast<int64_t>(pick(10)) * 500;
    event.has_coupon = pick(2) == 0;
    return event;
  }

  static Lifetime totals_of(const std::vector<naive::PlainEvent>& events) {
    Lifetime totals;
    for (const naive::PlainEvent& event : events) {
      int64_t worth = event.has_value ? event.value : 0;
      if (!event.has_value) {
        for (const naive::PlainItem& item : event.items) worth += item.price * item.quantity;
      }
      if (event.type == EventType::kRefund) totals.refunded += worth;
      if (event.type != EventType::kPurchase) continue;
      ++totals.orders;
      totals.purchased += worth;
      totals.coupon_orders += event.has_coupon;
      totals.first_order = std::min(totals.first_order, event.at);
      totals.last_order = std::max(totals.last_order, event.at);
    }
    return totals;
  }

  // Stands in for the engine that ranks all customers. True when a boundary moved.
  bool move_boundaries() {
    bool moved = false;
    std::vector<Lifetime> all{totals_of(x_world.events)};
    for (const auto& other : x_world.others) all.push_back(totals_of(other));
    for (const RankCut& cut : x_operators.back()->needs().cuts) {
      RankColumn column;
      for (const Lifetime& totals : all) {
        if (const auto value = rank_value(cut.metric, totals)) column.add(*value);
      }
      const RankPosition position = position_of(cut, column);
      RankBoundary& known = x_insights.boundary(cut);
      moved = moved || known.position != position || known.frontier != RankPosition::before_all();
      known = {cut, position, RankPosition::before_all()};
    }
    return moved;
  }
  // … and that brings the boundaries to those they pass.
  void look_again() {
    Context context(x_visitor, x_site, x_now, ChangeReason::kRank, EventType::kNone, x_sink,
                    &x_insights);
    for (const auto& step : x_operators) step->on_deadline(context);
  }

  void learn_model() {
    x_world.model = naive::Model{0.243, 4.414, 0.793, 2.426, 6.25, 3.74, 1'544};
    operators::ClvParameters parameters;
    parameters.purchases = {0.243, 4.414, 0.793, 2.426};
    parameters.spend = {6.25, 3.74, 1'544};
    operators::encode_clv_model(*operators::ClvModel::make(parameters), x_insights.model);
  }

  naive::PlainEvent random_event() {
    static constexpr EventType kTypes[] = {EventType::kViewItem,       EventType::kViewItem,
                                           EventType::kPurchase,       EventType::kPurchase,
                                           EventType::kAddToCart,      EventType::kAddToCart,
                                           EventType::kSearch,         EventType::kOfferShown,
                                           EventType::kRemoveFromCart, EventType::kRefund};
    naive::PlainEvent event;
    event.type = pick(12) == 0 ? custom_type("quiz") : kTypes[pick(std::size(kTypes))];
    event.at = x_now;
    if (pick(4) == 0) event.at = x_now - milliseconds(static_cast<int64_t>(pick(40)) * kGridMs);
    if (pick(8) == 0) event.at = x_now + milliseconds(static_cast<int64_t>(pick(4)) * kGridMs);
    if (pick(3) == 0) event.has_value = true, event.value = static_cast<int64_t>(pick(10)) * 500;
    // Orders are never repeated: duplicates are another test's business.
    if (event.type == EventType::kPurchase && pick(2)) {
      event.order = "o" + std::to_string(x_orders++);
    }
    event.has_coupon = pick(2) == 0;
    tell_something(event);
    for (size_t i = 0, n = pick(3); i < n; ++i) {
      event.items.push_back({"p" + std::to_string(pick(3)), name("c"), name("b"),
                             static_cast<int64_t>(pick(5)) * 500,
                             static_cast<uint32_t>(1 + pick(3))});
    }
    return event;
  }

  // Now and then an event says something about the visitor.
  void tell_something(naive::PlainEvent& event) {
    static constexpr const char* kValues[] = {"DE", "7", "1.5", "-2", "x"};
    if (pick(6) == 0) {
      event.traits.emplace_back(pick(2) ? "age" : "country", kValues[pick(std::size(kValues))]);
    }
    if (pick(6) == 0) event.consents.emplace_back(pick(2) ? "ads" : "email", pick(2) == 0);
    if (pick(6) == 0) event.campaign = pick(2) ? "mail" : "x";
  }

  // Stands in for the operator that keeps the profile; the newest `at` wins.
  void learn(const naive::PlainEvent& plain) {
    if (!x_visitor.profile) x_visitor.profile = std::make_unique<Profile>();
    Profile& profile = *x_visitor.profile;
    for (const auto& [name, value] : plain.traits) {
      auto place =
          std::find_if(profile.traits.begin(), profile.traits.end(),
                       [&known = name](const Trait& trait) { return trait.name >= known; });
      if (place == profile.traits.end() || place->name != name) {
        place = profile.traits.insert(place, {name, value, plain.at});
      }
      if (plain.at >= place->at) *place = {name, value, plain.at};
    }
    for (const auto& [purpose, granted] : plain.consents) {
      auto place =
          std::find_if(profile.consents.begin(), profile.consents.end(),
                       [&known = purpose](const Consent& other) { return other.purpose >= known; });
      if (place == profile.consents.end() || place->purpose != purpose) {
        place = profile.consents.insert(place, {purpose, granted, plain.at});
      }
      if (plain.at >= place->at) *place = {purpose, granted, plain.at};
    }
    if (plain.campaign.empty()) return;
    const Campaign campaign{plain.campaign, "", "", plain.at};
    std::optional<Campaign>& first = profile.first_campaign;
    std::optional<Campaign>& last = profile.last_campaign;
    if (!first || plain.at < first->at) first = campaign;
    if (!last || plain.at >= last->at) last = campaign;
  }

  void take(const naive::PlainEvent& plain) {
    x_world.events.push_back(plain);
    const bool moved = move_boundaries();
    learn(plain);
    Event event;
    event.type = plain.type;
    event.at = plain.at;
    event.received_at = {x_now.ms};
    event.order = plain.order;
    event.order_hash = name_hash(plain.order);
    if (plain.has_value) event.value = plain.value;
    if (plain.has_coupon) event.coupon = "SPRING";
    if (!plain.traits.empty()) event.props = "{}";
    if (!plain.consents.empty()) event.consent = "{}";
    event.campaign_source = plain.campaign;
    for (const naive::PlainItem& item : plain.items) {
      event.items.push_back({item.product, item.category, item.brand, item.price, item.quantity,
                             item_name_hash(item.product), item_name_hash(item.category),
                             item_name_hash(item.brand)});
    }
    Context context(x_visitor, x_site, x_now, ChangeReason::kEvent, event.type, x_sink,
                    &x_insights);
    for (const auto& step : x_operators) step->on_event(event, context);
    ASSERT_FALSE(event.is_duplicate);
    if (moved) look_again();
    ASSERT_GT(x_visitor.deadline, x_now);
  }

  // To `to`, over every instant of the grid and its neighbours, firing what falls due on the way.
  void advance(EventTime to) {
    while (x_now < to && !::testing::Test::HasFailure()) {
      const int64_t half = kGridMs / 2;
      const int64_t next = (x_now.ms / half + 1) * half;
      for (const int64_t ms : {next - 1, next, next + 1}) {
        if (ms > x_now.ms && ms <= to.ms) look_at({ms});
      }
      if (x_now.ms < next - 1) look_at(to);
    }
  }
  void look_at(EventTime instant) {
    while (x_visitor.deadline <= instant) fire();
    x_now = instant;
    check();
  }
  void fire() {
    const EventTime at = x_visitor.deadline;
    if (at - milliseconds(1) > x_now) {
      x_now = at - milliseconds(1);
      check();
    }
    x_now = at;
    x_visitor.deadline = EventTime::never();
    Context context(x_visitor, x_site, at, ChangeReason::kDeadline, EventType::kNone, x_sink,
                    &x_insights);
    for (const auto& step : x_operators) step->on_deadline(context);
    ASSERT_GT(x_visitor.deadline, at);
    check();
  }

  void check() {
    x_world.now = x_now;
    for (size_t i = 0; i < kAudiences; ++i) {
      const bool expected = naive::holds(x_trees[i], x_world);
      const Holds fresh = x_programs[i].evaluate(x_visitor, x_site, x_now, &x_insights);
      const bool kept = x_visitor.membership({x_ids[i], 1}) != nullptr;
      ASSERT_TRUE(fresh.exact) << x_sources[i];
      ASSERT_EQ(fresh.value, expected) << x_sources[i] << " at " << (x_now - kStart).ms;
      ASSERT_EQ(naive::holds(x_read[i], x_world), expected) << x_sources[i];
      ASSERT_EQ(kept, expected) << x_sources[i] << " at " << (x_now - kStart).ms;
      std::optional<EventTime>& since = x_world.inside_since[i];
      if (!expected) since.reset();
      if (expected && !since) since = x_now;
    }
  }

  std::mt19937_64 x_random;
  Site x_site;
  std::vector<std::string> x_names;
  std::vector<AudienceId> x_ids;
  std::vector<naive::Tree> x_trees;
  std::vector<naive::Tree> x_read;
  std::vector<std::string> x_sources;
  std::vector<operators::audience::Program> x_programs;
  Operators x_operators;
  ChangeChecker x_sink;
  Visitor x_visitor;
  naive::World x_world;
  SiteInsights x_insights;
  EventTime x_now = kStart;
  size_t x_orders = 0;
};

TEST(AudienceProperty, MembershipByTriggersAndDeadlinesEqualsARecountAtEveryInstant) {
  constexpr uint64_t kSeeds = 60;
  size_t changes = 0;
  size_t by_time = 0;
  for (uint64_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Play play(seed);
    play.run();
    changes += play.changes().changes();
    by_time += play.changes().by_time();
  }
  // The test means something only if much happens, and much of it by time alone.
  EXPECT_GT(changes, kSeeds * 40);
  EXPECT_GT(by_time, kSeeds * 10);
}

}  // namespace
}  // namespace rekindle
