#include "operators/decide/purchase_habits.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {

std::map<NameHash, Habit> purchase_habits(const DecideView& view) {
  std::map<NameHash, Habit> habits;
  const Timeline& timeline = view.visitor.timeline;
  const Timeline::List* purchases = timeline.find(EventType::kPurchase);
  if (purchases == nullptr) return habits;
  for (const Timeline::Entry& entry : purchases->entries()) {
    if (entry.at > view.now) break;
    for (size_t i = 0; i < entry.line_count; ++i) {
      const NameHash product = timeline.item_of(entry, i).product;
      if (product == kNoName) continue;
      Habit& habit = habits[product];
      if (habit.occasions == 0) habit.first = entry.at;
      if (habit.occasions == 0 || habit.last + kOneOccasion <= entry.at) {
        ++habit.occasions;
        habit.last = entry.at;
      }
    }
  }
  return habits;
}

void sort_due(std::vector<Due>& due) {
  std::erase_if(
      due, [](const Due& one) { return !(one.share >= kDueShare && one.share <= kOverShare); });
  std::sort(due.begin(), due.end(), [](const Due& a, const Due& b) {
    return a.share != b.share ? a.share > b.share : a.product < b.product;
  });
  if (due.size() > limits::kCandidatesMax) due.resize(limits::kCandidatesMax);
}

}  // namespace rekindle::operators
