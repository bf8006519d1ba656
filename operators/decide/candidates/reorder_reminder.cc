#include "operators/decide/candidates/reorder_reminder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "operators/decide/date_text.h"

namespace rekindle::operators {
namespace {

// Purchases within this time are one occasion: what was forgotten, or paid in two orders.
constexpr Duration kOneOccasion = hours(24);

struct Habit {
  EventTime first;
  EventTime last;
  int64_t occasions = 0;
};

struct Due {
  NameHash product = kNoName;
  double share = 0;  // of the usual time that has passed
  Habit habit;
};

// Reads at most limits::kTimelineLinesMax lines, as `owned` of DecideView does.
std::map<NameHash, Habit> habits_of(const DecideView& view) {
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

std::vector<Due> due_now(const DecideView& view) {
  std::vector<Due> due;
  for (const auto& [product, habit] : habits_of(view)) {
    if (habit.occasions < 2) continue;
    const double usual = static_cast<double>((habit.last - habit.first).ms) /
                         static_cast<double>(habit.occasions - 1);
    const double share = static_cast<double>((view.now - habit.last).ms) / usual;
    if (share >= kDueShare && share <= kOverShare) due.push_back({product, share, habit});
  }
  std::sort(due.begin(), due.end(), [](const Due& a, const Due& b) {
    return a.share != b.share ? a.share > b.share : a.product < b.product;
  });
  if (due.size() > limits::kCandidatesMax) due.resize(limits::kCandidatesMax);
  return due;
}

class ReorderReminder final : public CandidateSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "reorder_reminder"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const size_t before = slate.size();
    for (const Due& due : due_now(view)) {
      if (slate.is_full()) break;
      Offer* offer = slate.propose(due.product, due.share, name(), MayBeOwned::kYes);
      if (offer == nullptr) continue;
      const int64_t usual = (due.habit.last - due.habit.first).ms / (due.habit.occasions - 1);
      offer->reasons.push_back(fmt::format("you buy it about every {} days, last on {}",
                                           std::max<int64_t>(1, usual / days(1).ms),
                                           date_text(due.habit.last)));
    }
    return slate.size() > before ? std::string_view{} : "nothing bought regularly is due";
  }
};

}  // namespace

CandidateSourcePtr make_reorder_reminder(const SourceConfig&, const NextConfig&) {
  return std::make_unique<ReorderReminder>();
}

}  // namespace rekindle::operators
