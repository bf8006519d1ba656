// The terms of the naive evaluator: each recounts from all events for every question.
#include <map>
#include <regex>
#include <set>

#include "cli/naive/terms.h"

namespace rekindle::naive {
namespace {

using Events = std::vector<PlainEvent>;

Events in_window(const Tree& tree, const Events& events, EventTime now) {
  Events inside;
  for (const PlainEvent& event : events) {
    if (event.at.ms <= now.ms - tree.window_ms || event.at > now) continue;
    if (matches(tree, event)) inside.push_back(event);
  }
  return inside;
}

Value distinct(const Tree& tree, const Events& inside) {
  std::set<std::string> names;
  for (const PlainEvent& event : inside) {
    if (tree.field == "order") names.insert(event.order);
    if (tree.field == "order") continue;
    for (const PlainItem& item : event.items) names.insert(name_in(item, tree.field));
  }
  names.erase("");
  return whole(static_cast<int64_t>(names.size()));
}

Value over_window(const Tree& tree, const Events& inside) {
  if (tree.term == "count") return whole(static_cast<int64_t>(inside.size()));
  if (tree.term == "distinct") return distinct(tree, inside);
  std::vector<int64_t> amounts;
  for (const PlainEvent& event : inside) {
    if (const auto amount = amount_of(event, tree.field)) amounts.push_back(*amount);
  }
  int64_t total = 0;
  for (const int64_t amount : amounts) total += amount;
  if (tree.term == "sum") return whole(total);
  if (amounts.empty()) return kUnknown;
  if (tree.term == "avg") return {Value::kKnown, total, static_cast<Wide>(amounts.size())};
  int64_t best = amounts[0];
  for (const int64_t amount : amounts) {
    best = tree.term == "min" ? std::min(best, amount) : std::max(best, amount);
  }
  return whole(best);
}

Value since(const Tree& tree, const Events& events, EventTime now) {
  std::optional<int64_t> least;
  for (const PlainEvent& event : events) {
    if (event.at > now || !matches(tree, event)) continue;
    least = std::min(least.value_or(INT64_MAX), now.ms - event.at.ms);
  }
  return least ? whole(*least) : kInfinite;
}

Value seen(const Events& events, EventTime now, bool first) {
  if (events.empty()) return kInfinite;
  int64_t at = events[0].at.ms;
  for (const PlainEvent& event : events) {
    at = first ? std::min(at, event.at.ms) : std::max(at, event.at.ms);
  }
  return whole(now.ms - at);
}

Value cart(const std::string& term, const Events& events, EventTime now) {
  std::map<std::string, std::pair<int64_t, int64_t>> lines;  // quantity, price
  std::optional<int64_t> changed;
  for (const PlainEvent& event : events) {
    for (const PlainItem& item : event.items) {
      if (item.product.empty() || item.quantity == 0) continue;
      if (event.type == EventType::kAddToCart) {
        lines[item.product].first += item.quantity;
        if (item.has_price) lines[item.product].second = item.price;
      } else if (event.type == EventType::kRemoveFromCart || event.type == EventType::kPurchase) {
        const auto line = lines.find(item.product);
        if (line == lines.end()) continue;
        line->second.first -= item.quantity;
        if (line->second.first <= 0) lines.erase(line);
      } else {
        continue;
      }
      changed = std::max(changed.value_or(INT64_MIN), event.at.ms);
    }
  }
  if (term == "cart.age") return changed ? whole(now.ms - *changed) : kInfinite;
  int64_t total = 0;
  for (const auto& [product, line] : lines) {
    total += line.first * (term == "cart.value" ? line.second : 1);
  }
  return whole(total);
}

Value ratio(int64_t top, int64_t bottom) {
  return bottom == 0 ? kUnknown : Value{Value::kKnown, top, bottom};
}

Value exposures(const Tree& tree, const World& world) {
  int64_t shown = 0;
  for (const PlainEvent& event : world.events) {
    if (event.at.ms <= world.now.ms - tree.window_ms || event.at > world.now) continue;
    if (event.type != EventType::kOfferShown) continue;
    bool counts = tree.names.empty();
    for (const PlainItem& item : event.items)
      counts |= !tree.names.empty() && item.product == tree.names[0];
    shown += counts;
  }
  return whole(shown);
}

// As operators/audience/bucket.h describes it.
Value bucket(const std::string& experiment, VisitorKey key) {
  uint64_t h = 14695981039346656037ULL;
  for (const char c : experiment) h = (h ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  for (const uint64_t half : {key.low, key.high}) {
    h ^= half;
    h ^= h >> 30, h *= 0xbf58476d1ce4e5b9ULL;
    h ^= h >> 27, h *= 0x94d049bb133111ebULL;
    h ^= h >> 31;
  }
  return ratio(static_cast<int64_t>((h >> 32) * 10'000 / (uint64_t{1} << 32)), 100);
}

// "12", "-3.5", "2e3" of at most 18 digits; anything else is not a number.
Value number_in(const std::optional<std::string>& text) {
  static const std::regex kNumber("(-?)([0-9]+)(?:[.]([0-9]+))?(?:[eE]([+-]?[0-9]+))?");
  std::smatch parts;
  if (!text || !std::regex_match(*text, parts, kNumber)) return kUnknown;
  const std::string digits = parts[2].str() + parts[3].str();
  const std::string exponent = parts[4].matched ? parts[4].str() : "0";
  if (digits.size() > 18 || exponent.size() > 6) return kUnknown;
  int ten = std::stoi(exponent);
  if (ten < -18 || ten > 18) return kUnknown;
  Value value{Value::kKnown, std::stoll(digits)};
  if (parts[1].length() > 0) value.top = -value.top;
  ten -= static_cast<int>(parts[3].length());
  for (; ten > 0; --ten) value.top *= 10;
  for (; ten < 0; ++ten) value.bottom *= 10;
  return value;
}

bool consented(const std::string& purpose, const Events& events) {
  int64_t newest = INT64_MIN;
  bool granted = false;
  for (const PlainEvent& event : events) {
    for (const auto& [name, value] : event.consents) {
      if (name != purpose || event.at.ms < newest) continue;
      newest = event.at.ms;
      granted = value;
    }
  }
  return granted;
}

bool first_in(const Tree& tree, const Events& events) {
  std::optional<int64_t> first;
  for (const PlainEvent& event : events) {
    if (tree.type != "any" && event.type != EventType::kPurchase) continue;
    first = std::min(first.value_or(INT64_MAX), event.at.ms);
  }
  return first && *first >= tree.begin.ms && *first < tree.end.ms;
}

const std::string& campaign_field(const std::string& term, const PlainEvent& event) {
  if (term.find("source") != std::string::npos) return event.campaign;
  return term.find("medium") != std::string::npos ? event.campaign_medium : event.campaign_name;
}

}  // namespace

Value lifetime(const std::string& term, const Events& events) {
  if (term == "lifetime.events") return whole(static_cast<int64_t>(events.size()));
  int64_t orders = 0;
  int64_t coupons = 0;
  int64_t bought = 0;
  int64_t refunded = 0;
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  for (const PlainEvent& event : events) {
    const int64_t worth = amount_of(event, "value").value_or(0);
    if (event.type == EventType::kRefund) refunded += worth;
    if (event.type != EventType::kPurchase) continue;
    ++orders, bought += worth, coupons += event.has_coupon;
    first = std::min(first, event.at.ms);
    last = std::max(last, event.at.ms);
  }
  if (term == "lifetime.orders") return whole(orders);
  if (term == "lifetime.revenue") return whole(bought - refunded);
  if (term == "lifetime.coupon_share") return ratio(coupons, orders);
  if (term == "lifetime.refund_share") return ratio(refunded, bought);
  if (term == "lifetime.order_interval")
    return orders < 2 ? kUnknown : ratio(last - first, orders - 1);
  return ratio(bought - refunded, orders);
}

std::optional<std::string> text_of_term(const Tree& tree, const World& world) {
  const std::string& term = tree.term;
  const bool newest = term.rfind("campaign.first_", 0) != 0;
  std::optional<std::string> text;
  std::optional<int64_t> chosen;
  for (const PlainEvent& event : world.events) {
    const int64_t at = event.at.ms;
    if (term == "trait") {
      for (const auto& [name, value] : event.traits) {
        if (name == tree.names[0] && at >= chosen.value_or(INT64_MIN)) chosen = at, text = value;
      }
      continue;
    }
    if ((event.campaign + event.campaign_medium + event.campaign_name).empty()) continue;
    const bool better = newest ? at >= chosen.value_or(INT64_MIN) : at < chosen.value_or(INT64_MAX);
    if (better) chosen = at, text = campaign_field(term, event);
  }
  if (text && text->empty()) text.reset();
  return text;
}

Value value_of_term(const Tree& tree, const World& world) {
  if (tree.term == "exposures") return exposures(tree, world);
  if (tree.window_ms > 0) return over_window(tree, in_window(tree, world.events, world.now));
  if (tree.term == "since") return since(tree, world.events, world.now);
  if (tree.term == "first_seen" || tree.term == "last_seen") {
    return seen(world.events, world.now, tree.term == "first_seen");
  }
  if (tree.term.substr(0, 4) == "rfm.") return score(tree.term, world);
  if (tree.term == "clv") return clv(tree.number, world);
  if (tree.term == "p_alive") return p_alive(world);
  if (tree.term == "bucket") return bucket(tree.names[0], world.visitor);
  if (tree.term == "trait") return number_in(text_of_term(tree, world));
  if (tree.term == "in_for") {
    const auto& since = world.inside_since[tree.audience];
    return since ? whole(world.now.ms - since->ms) : kUnknown;
  }
  return tree.term[0] == 'c' ? cart(tree.term, world.events, world.now)
                             : lifetime(tree.term, world.events);
}

bool truth_of_term(const Tree& tree, const World& world) {
  if (tree.term == "sequence") return sequence(tree, world);
  if (tree.term == "without") return without(tree, world);
  if (tree.term == "top" || tree.term == "percentile") return ranks(tree, world);
  if (tree.term == "consent") return consented(tree.names[0], world.events);
  if (tree.term == "first") return first_in(tree, world.events);
  if (tree.term == "in") return world.inside_since[tree.audience].has_value();
  return !in_window(tree, world.events, world.now).empty();
}

}  // namespace rekindle::naive
