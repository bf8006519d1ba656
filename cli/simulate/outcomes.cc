#include "cli/simulate/outcomes.h"

#include <algorithm>

#include "core/decision.h"

namespace rekindle::cli {
namespace {

constexpr Duration kLate = hours(1);  // events may come that much later and still count

bool is_feedback(EventType type) {
  return type >= EventType::kOfferShown && type <= EventType::kOfferConverted;
}

bool has_product(const Event& event, NameHash product) {
  return std::any_of(event.items.begin(), event.items.end(),
                     [&](const Item& item) { return item.product_hash == product; });
}

}  // namespace

void Outcomes::add(VisitorKey visitor, DecisionRow row) {
  const auto next = static_cast<uint32_t>(x_people.size());
  Person& person = x_people.try_emplace(visitor, Person{next, {}}).first->second;
  row.visitor = person.number;
  person.open.push_back(x_rows.size());
  x_rows.push_back(std::move(row));
}

void Outcomes::look_at(const Event& event, EventTime now) {
  const auto found = x_people.find(event.visitor);
  if (found == x_people.end()) return;
  std::vector<size_t>& open = found->second.open;
  std::erase_if(open, [&](size_t row) { return x_rows[row].at + x_window + kLate <= now; });
  for (const size_t index : open) {
    DecisionRow& row = x_rows[index];
    if (is_feedback(event.type)) {
      take_feedback(event, row);
    } else if (event.at >= row.at && event.at < row.at + x_window) {
      take_purchase(event, row);
    }
  }
}

void Outcomes::take_purchase(const Event& event, DecisionRow& row) const {
  const bool is_purchase = event.type == EventType::kPurchase;
  if (!is_purchase && event.type != EventType::kRefund) return;
  const int64_t worth = worth_of(event);
  if (worth != kNoMoney) row.revenue = saturating_add(row.revenue, is_purchase ? worth : -worth);
  if (!is_purchase) return;
  ++row.orders;
  for (DecisionRow::Given& given : row.given) {
    const bool is_of_it = given.product == kNoName || has_product(event, given.product);
    given.was_bought |= given.was_shown && is_of_it;
  }
}

void Outcomes::take_feedback(const Event& event, DecisionRow& row) {
  if (parse_decision(event.decision) != row.id) return;
  bool is_meant = false;
  for (DecisionRow::Given& given : row.given) {
    if (!event.offer.empty() && name_hash(event.offer) != given.offer) continue;
    is_meant = true;
    given.was_shown = true;  // who clicks or dismisses has seen it
  }
  if (is_meant && event.type == EventType::kOfferClicked) ++row.clicks;
}

}  // namespace rekindle::cli
