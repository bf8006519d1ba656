// Several visitors read as one are what one visitor would be who had sent everything: the same
// timeline byte for byte, the same totals and cart, and every audience answers as the naive
// evaluator does, which shares no code with any of it and recounts from all events. Events that two
// visitors sent, and orders that two sent, count once.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "core/joined_visitor.h"
#include "core/visitor_format.h"
#include "operators/audience/program.h"
#include "operators/catalog.h"
#include "tests/operators/one_visitor.h"
#include "tests/property/naive_audience.h"

namespace rekindle {
namespace {

using testing_samples::OneVisitor;

constexpr EventTime kStart{1'700'006'395'000};

struct Sent {
  naive::PlainEvent plain;
  std::string id;
  std::string props;
  std::string consent;
  std::vector<size_t> by;  // visitors, the first one first
};

bool mentions(const naive::Tree& tree, const std::string& term) {
  return tree.term == term || std::any_of(tree.parts.begin(), tree.parts.end(),
                                          [&](const auto& part) { return mentions(part, term); });
}

std::string timeline_bytes(const Visitor& visitor) {
  std::string out;
  ByteWriter writer(out);
  visitor.timeline.encode(writer, visitor.first_seen);
  return out;
}

std::map<NameHash, CartLine> lines_of(const Visitor& visitor) {
  std::map<NameHash, CartLine> lines;
  for (const CartLine& line : visitor.cart.lines) lines[line.product] = line;
  return lines;
}

class Shopping {
 public:
  explicit Shopping(uint64_t seed) : x_random(seed) {
    const size_t visitors = 2 + pick(3);
    for (size_t i = 0; i < visitors; ++i) x_visitors.push_back(make_visitor(std::to_string(i)));
    x_one = make_visitor("one");
    x_has_fixed_prices = pick(2) == 0;
    x_knows_all = pick(4) > 0;  // or some cart events name several pieces of several products
  }

  void run(size_t events) {
    for (size_t i = 0; i < events; ++i) {
      x_now = x_now + milliseconds(1 + static_cast<int64_t>(pick(400)));
      send(random_event());
    }
    // What was open is closed for all at the same time.
    const EventTime end = x_now + milliseconds(static_cast<int64_t>(pick(2'000)));
    for (const auto& visitor : x_visitors) visitor->pass(end);
    x_one->pass(end);
    x_now = end;
  }

  // Whether it could be compared in full.
  bool expect_one() {
    std::vector<const Visitor*> parts;
    for (const auto& visitor : x_visitors) {
      if (visitor->visitor.lifetime.events > 0) parts.push_back(&visitor->visitor);
    }
    std::shuffle(parts.begin(), parts.end(), x_random);
    const JoinedVisitor joined = join_visitors(parts);
    const Visitor& whole = joined.visitor;
    const Visitor& one = x_one->visitor;
    EXPECT_EQ(whole.first_seen, one.first_seen);
    EXPECT_EQ(whole.last_seen, one.last_seen);
    EXPECT_EQ(timeline_bytes(whole), timeline_bytes(one));
    expect_profile(whole, one);
    if (x_knows_all) {
      EXPECT_TRUE(joined.exact || x_may_be_doubtful);
    }
    if (!joined.exact) return false;
    EXPECT_EQ(whole.lifetime, one.lifetime);
    expect_cart(whole, one);
    expect_answers(whole);
    return true;
  }

 private:
  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }

  static std::unique_ptr<OneVisitor> make_visitor(const std::string& name) {
    auto visitor = std::make_unique<OneVisitor>(operators::make_operators(Rules(), {}).value());
    visitor->site.name = "shop";
    visitor->site.id = site_id("shop");
    visitor->site.currency = *Currency::parse("EUR");
    visitor->visitor.site = visitor->site.id;
    visitor->visitor.name = "visitor " + name;
    // Whoever it was is asked for by one key.
    visitor->visitor.key = visitor_key(visitor->site.id, "visitor");
    return visitor;
  }

  Sent random_event() {
    static constexpr EventType kTypes[] = {
        EventType::kViewItem,   EventType::kPurchase, EventType::kAddToCart,
        EventType::kAddToCart,  EventType::kViewItem, EventType::kRemoveFromCart,
        EventType::kSearch,     EventType::kPurchase, EventType::kRefund,
        EventType::kOfferShown, EventType::kIdentify, EventType::kConsent};
    Sent sent;
    naive::PlainEvent& event = sent.plain;
    event.type = pick(12) == 0 ? custom_type("quiz") : kTypes[pick(std::size(kTypes))];
    event.at = x_now;
    const bool is_cart = event.type == EventType::kAddToCart ||
                         event.type == EventType::kRemoveFromCart ||
                         event.type == EventType::kPurchase;
    // Late ones; a cart keeps the order in which it is told, so its events are not.
    if (!is_cart && pick(5) == 0) {
      event.at = x_now - milliseconds(static_cast<int64_t>(pick(5'000)));
      while (!x_times.insert(event.at).second) event.at = event.at - milliseconds(1);
    }
    x_times.insert(event.at);
    if (pick(3) == 0) event.has_value = true, event.value = static_cast<int64_t>(pick(10)) * 500;
    event.has_coupon = event.type == EventType::kPurchase && pick(3) == 0;
    if (pick(10) > 0) sent.id = "event " + std::to_string(x_sent.size());
    sent.by.push_back(pick(x_visitors.size()));
    // Sent by another browser's tracker, or a server's, under another name.
    if (!sent.id.empty() && pick(8) == 0) sent.by.push_back(pick(x_visitors.size()));
    // An order that is repeated tells nothing else: of one visitor it would not even be looked at.
    if (!add_order(sent)) tell_something(sent);
    add_items(event, is_cart);
    return sent;
  }

  // True when it is one that was sent before, by whomever.
  bool add_order(Sent& sent) {
    if (sent.plain.type != EventType::kPurchase || pick(2) == 0) return false;
    const bool again = x_orders > 0 && pick(4) == 0;
    sent.plain.order = "order " + std::to_string(again ? pick(x_orders) : x_orders++);
    x_may_be_doubtful = x_may_be_doubtful || again;  // what was in it may be in nobody's cart
    return again;
  }

  void tell_something(Sent& sent) {
    naive::PlainEvent& event = sent.plain;
    static constexpr const char* kValues[] = {"DE", "7", "1.5", "-2", "x"};
    if (event.type == EventType::kIdentify) {
      event.traits.emplace_back(pick(2) ? "age" : "country", kValues[pick(std::size(kValues))]);
      sent.props = "{\"" + event.traits[0].first + "\":\"" + event.traits[0].second + "\"}";
    }
    if (event.type == EventType::kConsent || pick(8) == 0) {
      event.consents.emplace_back(pick(2) ? "ads" : "email", pick(2) == 0);
      sent.consent =
          "{\"" + event.consents[0].first + (event.consents[0].second ? "\":true}" : "\":false}");
    }
    if (pick(6) == 0) event.campaign = pick(2) ? "mail" : "x";
  }

  void add_items(naive::PlainEvent& event, bool is_cart) {
    const size_t lines = event.type == EventType::kIdentify ? 0 : pick(4);
    for (size_t i = 0; i < lines; ++i) {
      const bool may_be_many = lines == 1 || !is_cart || (!x_knows_all && pick(3) == 0);
      const auto named = [&](const char* prefix) {
        return pick(5) == 0 ? std::string() : prefix + std::to_string(pick(3));
      };
      naive::PlainItem& item = event.items.emplace_back();
      const size_t product = pick(5);
      item.product = "p" + std::to_string(product);
      item.category = named("c");
      item.brand = named("b");
      item.price = static_cast<int64_t>(x_has_fixed_prices ? product : pick(5)) * 500;
      item.quantity = may_be_many ? static_cast<uint32_t>(1 + pick(3)) : 1;
    }
  }

  Event event_of(const Sent& sent) {
    const naive::PlainEvent& plain = sent.plain;
    Event event;
    event.site = site_id("shop");
    event.type = plain.type;
    event.at = plain.at;
    event.event_id = sent.id.empty() ? kNoName : name_hash(sent.id);
    event.order = plain.order;
    event.order_hash = plain.order.empty() ? kNoName : name_hash(plain.order);
    if (plain.has_value) event.value = plain.value;
    if (plain.has_coupon) event.coupon = "SPRING";
    event.props = sent.props;
    event.consent = sent.consent;
    event.campaign_source = plain.campaign;
    for (const naive::PlainItem& item : plain.items) {
      event.items.push_back(testing_samples::item_of(item.product, item.category, item.price,
                                                     item.quantity, item.brand));
    }
    return event;
  }

  void send(Sent made) {
    const Sent& sent = x_sent.emplace_back(std::move(made));
    for (const size_t by : sent.by) {
      OneVisitor& visitor = *x_visitors[by];
      visitor.pass(x_now);
      if (visitor.send(event_of(sent))) hear_consent(by, sent.plain);
      x_one->pass(x_now);
      if (x_one->send(event_of(sent))) x_world.events.push_back(sent.plain);
    }
    const bool takes_twice = sent.by.size() > 1 && (sent.plain.type == EventType::kPurchase ||
                                                    sent.plain.type == EventType::kRemoveFromCart);
    x_may_be_doubtful = x_may_be_doubtful || sent.plain.has_coupon || takes_twice;
  }

  void hear_consent(size_t by, const naive::PlainEvent& plain) {
    for (const auto& [purpose, granted] : plain.consents) {
      auto& [at, answer] =
          x_answers[purpose].try_emplace(by, EventTime::before_all(), false).first->second;
      if (plain.at >= at) at = plain.at, answer = granted;
    }
  }

  void expect_profile(const Visitor& whole, const Visitor& one) {
    if (one.profile == nullptr) return;
    ASSERT_NE(whole.profile, nullptr);
    EXPECT_EQ(whole.profile->traits, one.profile->traits);
    EXPECT_EQ(whole.profile->first_campaign, one.profile->first_campaign);
    EXPECT_EQ(whole.profile->last_campaign, one.profile->last_campaign);
    for (const auto& [purpose, by_visitor] : x_answers) {
      const bool granted = std::all_of(by_visitor.begin(), by_visitor.end(),
                                       [](const auto& said) { return said.second.second; });
      ASSERT_NE(whole.profile->consent(purpose), nullptr);
      EXPECT_EQ(whole.profile->consent(purpose)->granted, granted) << purpose;
    }
  }

  void expect_cart(const Visitor& whole, const Visitor& one) {
    const auto lines = lines_of(whole);
    const auto expected = lines_of(one);
    ASSERT_EQ(lines.size(), expected.size());
    for (const auto& [product, line] : expected) {
      ASSERT_EQ(lines.count(product), 1u);
      EXPECT_EQ(lines.at(product).quantity, line.quantity);
      EXPECT_EQ(lines.at(product).changed_at, line.changed_at);
      if (x_has_fixed_prices) {
        EXPECT_EQ(lines.at(product).price, line.price);
      }
    }
    EXPECT_EQ(whole.cart.changed_at, one.cart.changed_at);
  }

  // Against the naive evaluator; what asks about other customers, or for consent (which is stricter
  // of several than of one), is not compared.
  void expect_answers(const Visitor& whole) {
    x_world.visitor = whole.key;
    for (int i = 0; i < 150; ++i) {
      const naive::Tree tree = naive::random_condition(x_random, static_cast<int>(pick(3)));
      if (naive::asks_about_customers(tree) || mentions(tree, "consent")) continue;
      if (!x_has_fixed_prices && mentions(tree, "cart.value")) continue;
      const Site& site = x_one->site;
      const std::string source = naive::text_of(tree, site.currency.scale());
      auto program = operators::audience::compile(source, {}, {});
      ASSERT_TRUE(program) << program.error().detail;
      for (int look = 0; look < 4; ++look) {
        x_world.now = x_now + milliseconds(static_cast<int64_t>(pick(12'000)));
        const Holds holds = program->evaluate(whole, site, x_world.now);
        ASSERT_TRUE(holds.exact);
        ASSERT_EQ(holds.value, naive::holds(tree, x_world)) << source;
      }
    }
  }

  std::mt19937_64 x_random;
  std::vector<std::unique_ptr<OneVisitor>> x_visitors;
  std::unique_ptr<OneVisitor> x_one;
  naive::World x_world;
  std::deque<Sent> x_sent;  // events are views into them
  std::set<EventTime> x_times;
  // By purpose and visitor: the newest answer and its time.
  std::map<std::string, std::map<size_t, std::pair<EventTime, bool>>> x_answers;
  EventTime x_now = kStart;
  size_t x_orders = 0;
  bool x_knows_all = true;
  bool x_has_fixed_prices = true;
  bool x_may_be_doubtful = false;
};

TEST(JoinedVisitor, IsTheOneVisitorWhoSentEverything) {
  constexpr uint64_t kSeeds = 120;
  size_t compared = 0;
  for (uint64_t seed = 1; seed <= kSeeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Shopping shopping(seed);
    shopping.run(4 + seed % 60);
    compared += shopping.expect_one() ? 1 : 0;
  }
  EXPECT_GT(compared, kSeeds / 2);
}

}  // namespace
}  // namespace rekindle
