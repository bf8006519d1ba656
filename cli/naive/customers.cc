// The naive evaluator's ranks and lifetime values: the ranking is counted afresh for every
// question, the model's formulas are summed as they are printed (Fader, Hardie, Lee 2005; Fader,
// Hardie 2013). Shares no code with core/rank* and operators/clv.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>

#include "cli/naive/terms.h"

namespace rekindle::naive {
namespace {

using Real = long double;

struct Standing {
  int64_t less = 0;
  int64_t more = 0;
  int64_t all = 0;
};

// Nothing: not ranked.
Value ranked(const std::string& metric, const std::vector<PlainEvent>& events) {
  if (lifetime("lifetime.orders", events).top == 0) return kUnknown;
  if (metric != "recency") return lifetime(metric, events);
  int64_t newest = INT64_MIN;
  for (const PlainEvent& event : events) {
    if (event.type == EventType::kPurchase) newest = std::max(newest, event.at.ms);
  }
  return whole(newest);
}

std::optional<Standing> standing(const std::string& metric, const World& world) {
  const Value own = ranked(metric, world.events);
  if (own.state != Value::kKnown) return std::nullopt;
  Standing standing{0, 0, 1};
  for (const auto& other : world.others) {
    const Value theirs = ranked(metric, other);
    if (theirs.state != Value::kKnown) continue;
    ++standing.all;
    const Wide difference = theirs.top * own.bottom - own.top * theirs.bottom;
    standing.less += difference < 0;
    standing.more += difference > 0;
  }
  return standing;
}

// The hypergeometric function by its series. REQUIRES: 0 ≤ z < 1.
Real hypergeometric(Real a, Real b, Real c, Real z) {
  Real term = 1;
  Real sum = 1;
  for (int n = 0; n < 200'000 && term > 1e-22L * sum; ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    sum += term;
  }
  return sum;
}

// A customer as of the last whole day since the newest order, after four weeks the last whole week.
struct Customer {
  Real x, t_x, age, orders, mean;
};

std::optional<Customer> customer(const World& world) {
  const Value orders = lifetime("lifetime.orders", world.events);
  if (orders.top == 0) return std::nullopt;
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  for (const PlainEvent& event : world.events) {
    if (event.type != EventType::kPurchase) continue;
    first = std::min(first, event.at.ms);
    last = std::max(last, event.at.ms);
  }
  constexpr int64_t kDay = 86'400'000;
  int64_t days = std::max<int64_t>(0, (world.now.ms - last) / kDay);
  if (days >= 28) days = days / 7 * 7;
  const Real n = static_cast<Real>(orders.top);
  const Real revenue = static_cast<Real>(lifetime("lifetime.revenue", world.events).top);
  return Customer{n - 1, static_cast<Real>(last - first) / kDay,
                  static_cast<Real>(last - first) / kDay + static_cast<Real>(days), n, revenue / n};
}

Real alive(const Model& m, const Customer& c) {
  if (c.x == 0) return 1;
  const Real odds =
      m.a / (m.b + c.x - 1) * std::pow((m.alpha + c.age) / (m.alpha + c.t_x), m.r + c.x);
  return 1 / (1 + odds);
}

Real orders_within(const Model& m, const Customer& c, Real t) {
  const Real lost =
      hypergeometric(m.r + c.x, m.b + c.x, m.a + m.b + c.x - 1, t / (m.alpha + c.age + t));
  const Real left = std::pow((m.alpha + c.age) / (m.alpha + c.age + t), m.r + c.x);
  return (m.a + m.b + c.x - 1) / (m.a - 1) * (1 - left * lost) * alive(m, c);
}

Real next_order(const Model& m, const Customer& c) {
  const Real weight = m.p * c.orders / (m.p * c.orders + m.q - 1);
  return weight * std::max<Real>(0, c.mean) + (1 - weight) * m.p * m.v / (m.q - 1);
}

}  // namespace

bool asks_about_customers(const Tree& tree) {
  constexpr std::string_view kTerms[] = {"top",         "percentile",    "clv",         "p_alive",
                                         "rfm.recency", "rfm.frequency", "rfm.monetary"};
  return std::find(std::begin(kTerms), std::end(kTerms), tree.term) != std::end(kTerms) ||
         std::any_of(tree.parts.begin(), tree.parts.end(), asks_about_customers);
}

bool ranks(const Tree& tree, const World& world) {
  const std::optional<Standing> found = standing(tree.field, world);
  if (!found) return false;
  const int64_t share_of_all = tree.number * found->all;
  if (tree.term == "top") return found->more * 1'000'000 < share_of_all;
  return compare(tree.compare, sign_of(found->less * 1'000'000 - share_of_all));
}

Value score(const std::string& term, const World& world) {
  const std::string metric = term == "rfm.recency"     ? "recency"
                             : term == "rfm.frequency" ? "lifetime.orders"
                                                       : "lifetime.revenue";
  const std::optional<Standing> found = standing(metric, world);
  return found ? whole(1 + 5 * found->less / found->all) : kUnknown;
}

Value clv(int64_t days, const World& world) {
  const std::optional<Customer> who = customer(world);
  if (!who || !world.model) return kUnknown;
  // The same customer is asked about at thousands of instants, and the series is long. (All worlds
  // with a model have the same.)
  static std::map<std::array<Real, 6>, Real> known;
  const std::array<Real, 6> asked{who->x,      who->t_x,  who->age,
                                  who->orders, who->mean, static_cast<Real>(days)};
  const auto [place, is_new] = known.emplace(asked, 0);
  Real& worth = place->second;
  if (is_new) {
    worth =
        orders_within(*world.model, *who, static_cast<Real>(days)) * next_order(*world.model, *who);
  }
  return whole(std::llround(std::max<Real>(0, worth)));
}

Value p_alive(const World& world) {
  const std::optional<Customer> who = customer(world);
  if (!who || !world.model) return kUnknown;
  return {Value::kKnown, std::llround(alive(*world.model, *who) * 1'000'000), 1'000'000};
}

}  // namespace rekindle::naive
