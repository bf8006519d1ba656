// The naive evaluator: recounts from all events for every question.
#include "tests/property/naive_audience.h"

#include <map>
#include <optional>
#include <set>

namespace rekindle::naive {
namespace {

using Wide = __int128;
using Events = std::vector<PlainEvent>;

struct Value {
  enum { kKnown, kUnknown, kInfinite } state = kKnown;
  Wide top = 0;  // kInfinite: its sign
  Wide bottom = 1;
};
const Value kUnknown{Value::kUnknown};
const Value kInfinite{Value::kInfinite, 1};

int sign_of(Wide n) {
  return n > 0 ? 1 : (n < 0 ? -1 : 0);
}
Value whole(int64_t n) {
  return {Value::kKnown, n};
}

bool compare(const std::string& op, int sign) {
  if (op == "==") return sign == 0;
  if (op == "!=") return sign != 0;
  if (op == "<") return sign < 0;
  if (op == "<=") return sign <= 0;
  if (op == ">") return sign > 0;
  return sign >= 0;
}

std::optional<int64_t> amount_of(const PlainEvent& event, const std::string& field) {
  if (field == "value" && event.has_value) return event.value;
  if (event.items.empty()) return std::nullopt;
  int64_t total = 0;
  for (const PlainItem& item : event.items) {
    total += field == "value" ? item.price * item.quantity : item.quantity;
  }
  return total;
}

const std::string& name_in(const PlainItem& item, const std::string& field) {
  return field == "product" ? item.product : (field == "category" ? item.category : item.brand);
}

bool passes(const FilterTree& filter, const PlainEvent& event, const PlainItem& item) {
  switch (filter.form) {
    case FilterTree::Form::kAnd:
      return passes(filter.parts[0], event, item) && passes(filter.parts[1], event, item);
    case FilterTree::Form::kOr:
      return passes(filter.parts[0], event, item) || passes(filter.parts[1], event, item);
    case FilterTree::Form::kNot: return !passes(filter.parts[0], event, item);
    case FilterTree::Form::kAmount: {
      const std::optional<int64_t> amount = amount_of(event, filter.field);
      return amount && compare(filter.compare, sign_of(*amount - filter.amount));
    }
    case FilterTree::Form::kName: break;
  }
  bool listed = false;
  for (const std::string& name : filter.names) listed |= name_in(item, filter.field) == name;
  return filter.compare == "!=" ? !listed : listed;
}

bool matches(const Tree& tree, const PlainEvent& event) {
  if (tree.type == "any") {
    if (event.type == EventType::kOfferShown || event.type == EventType::kOfferConverted) {
      return false;
    }
  } else if (event.type != *parse_event_type(tree.type)) {
    return false;
  }
  if (tree.filter.empty()) return true;
  if (event.items.empty()) return passes(tree.filter[0], event, PlainItem{});
  for (const PlainItem& item : event.items) {
    if (passes(tree.filter[0], event, item)) return true;
  }
  return false;
}

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
      if (event.type == EventType::kAddToCart) {
        lines[item.product].first += item.quantity;
        lines[item.product].second = item.price;
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

Value lifetime(const std::string& term, const Events& events) {
  if (term == "lifetime.events") return whole(static_cast<int64_t>(events.size()));
  int64_t orders = 0;
  int64_t revenue = 0;
  for (const PlainEvent& event : events) {
    const int64_t worth = amount_of(event, "value").value_or(0);
    if (event.type == EventType::kPurchase) ++orders, revenue += worth;
    if (event.type == EventType::kRefund) revenue -= worth;
  }
  if (term == "lifetime.orders") return whole(orders);
  if (term == "lifetime.revenue") return whole(revenue);
  return orders == 0 ? kUnknown : Value{Value::kKnown, revenue, orders};
}

Value term(const Tree& tree, const Events& events, EventTime now) {
  if (tree.window_ms > 0) return over_window(tree, in_window(tree, events, now));
  if (tree.term == "since") return since(tree, events, now);
  if (tree.term == "first_seen" || tree.term == "last_seen") {
    return seen(events, now, tree.term == "first_seen");
  }
  return tree.term[0] == 'c' ? cart(tree.term, events, now) : lifetime(tree.term, events);
}

Value sum(const Value& a, Value b, int sign) {
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return kUnknown;
  b.top *= sign;
  if (a.state == Value::kInfinite && b.state == Value::kInfinite) {
    return a.top == b.top ? a : kUnknown;
  }
  if (a.state == Value::kInfinite) return a;
  if (b.state == Value::kInfinite) return b;
  return {Value::kKnown, a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom};
}

// The random trees multiply and divide by known numbers only.
Value product(const Value& a, const Value& b, bool divides) {
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return kUnknown;
  if (divides && b.top == 0) return kUnknown;
  const int sign = sign_of(b.top);
  if (a.state == Value::kInfinite) {
    return sign == 0 ? kUnknown : Value{Value::kInfinite, a.top * sign};
  }
  if (!divides) return {Value::kKnown, a.top * b.top, a.bottom * b.bottom};
  return {Value::kKnown, a.top * b.bottom * sign, a.bottom * b.top * sign};
}

Value value(const Tree& tree, const Events& events, EventTime now) {
  const auto part = [&](size_t i) { return value(tree.parts[i], events, now); };
  switch (tree.form) {
    case Form::kConstant: return {Value::kKnown, tree.number, tree.unit == Unit::kNumber ? 2 : 1};
    case Form::kTerm: return term(tree, events, now);
    case Form::kAdd: return sum(part(0), part(1), 1);
    case Form::kSubtract: return sum(part(0), part(1), -1);
    case Form::kNegate: return sum(whole(0), part(0), -1);
    case Form::kMultiply: return product(part(0), part(1), false);
    case Form::kDivide: return product(part(0), part(1), true);
    default: return kUnknown;
  }
}

bool comparison(const Tree& tree, const Events& events, EventTime now) {
  const Value a = value(tree.parts[0], events, now);
  const Value b = value(tree.parts[1], events, now);
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return false;
  if (a.state == Value::kKnown && b.state == Value::kKnown) {
    return compare(tree.compare, sign_of(a.top * b.bottom - b.top * a.bottom));
  }
  const Wide left = a.state == Value::kInfinite ? a.top : 0;
  const Wide right = b.state == Value::kInfinite ? b.top : 0;
  return compare(tree.compare, sign_of(left - right));
}

}  // namespace

bool holds(const Tree& tree, const Events& events, EventTime now) {
  switch (tree.form) {
    case Form::kConstant: return tree.number != 0;
    case Form::kAnd:
      for (const Tree& part : tree.parts) {
        if (!holds(part, events, now)) return false;
      }
      return true;
    case Form::kOr:
      for (const Tree& part : tree.parts) {
        if (holds(part, events, now)) return true;
      }
      return false;
    case Form::kNot: return !holds(tree.parts[0], events, now);
    case Form::kSame: {
      const bool same = holds(tree.parts[0], events, now) == holds(tree.parts[1], events, now);
      return same == (tree.compare == "==");
    }
    case Form::kDid: return !in_window(tree, events, now).empty();
    case Form::kCompare: return comparison(tree, events, now);
    default: return false;
  }
}

}  // namespace rekindle::naive
