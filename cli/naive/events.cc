// Which events a term of the naive evaluator means, and what followed what.
#include <set>

#include "cli/naive/terms.h"

namespace rekindle::naive {

std::optional<int64_t> amount_of(const PlainEvent& event, const std::string& field) {
  if (field == "value" && event.has_value) return event.value;
  std::optional<int64_t> total;
  for (const PlainItem& item : event.items) {
    if (field == "value" && !item.has_price) continue;
    total = total.value_or(0) + (field == "value" ? item.price * item.quantity : item.quantity);
  }
  return total;
}

const std::string& name_in(const PlainItem& item, const std::string& field) {
  return field == "product" ? item.product : (field == "category" ? item.category : item.brand);
}

namespace {

bool passes(const FilterTree& filter, const PlainEvent& event, const PlainItem& item) {
  switch (filter.form) {
    case FilterTree::Form::kAnd:
      return passes(filter.parts[0], event, item) && passes(filter.parts[1], event, item);
    case FilterTree::Form::kOr:
      return passes(filter.parts[0], event, item) || passes(filter.parts[1], event, item);
    case FilterTree::Form::kNot: return !passes(filter.parts[0], event, item);
    case FilterTree::Form::kAmount: {
      const std::optional<int64_t> amount = amount_of(event, filter.field);
      const auto sign = [&] { return sign_of(Wide{*amount} * filter.divisor - filter.amount); };
      return amount && compare(filter.compare, sign());
    }
    case FilterTree::Form::kName: break;
  }
  bool listed = false;
  for (const std::string& name : filter.names) listed |= name_in(item, filter.field) == name;
  return filter.compare == "!=" ? !listed : listed;
}

}  // namespace

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

bool sequence(const Tree& tree, const World& world) {
  std::set<int64_t> ends;  // of chains of the steps so far
  for (size_t step = 0; step < tree.parts.size(); ++step) {
    std::set<int64_t> longer;
    for (const PlainEvent& event : world.events) {
      const int64_t at = event.at.ms;
      if (at <= world.now.ms - tree.window_ms || event.at > world.now) continue;
      if (!matches(tree.parts[step], event)) continue;
      bool follows = step == 0;
      for (const int64_t before : ends) follows |= before < at && at - before <= tree.within_ms;
      if (follows) longer.insert(at);
    }
    ends = longer;
  }
  return !ends.empty();
}

bool without(const Tree& tree, const World& world) {
  std::optional<int64_t> newest;
  for (const PlainEvent& event : world.events) {
    if (event.at > world.now || !matches(tree.parts[0], event)) continue;
    if (tree.window_ms > 0 && event.at.ms <= world.now.ms - tree.window_ms) continue;
    newest = std::max(newest.value_or(INT64_MIN), event.at.ms);
  }
  if (!newest || world.now.ms - *newest < tree.within_ms) return false;
  for (const PlainEvent& event : world.events) {
    const int64_t later = event.at.ms - *newest;
    if (later > 0 && later <= tree.within_ms && matches(tree.parts[1], event)) return false;
  }
  return true;
}

}  // namespace rekindle::naive
