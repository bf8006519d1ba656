#include "operators/decide/candidates/reorder_reminder.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/date_text.h"
#include "operators/decide/purchase_habits.h"

namespace rekindle::operators {
namespace {

std::vector<Due> due_now(const DecideView& view) {
  std::vector<Due> due;
  for (const auto& [product, habit] : purchase_habits(view)) {
    if (habit.occasions < 2) continue;
    const double usual = static_cast<double>((habit.last - habit.first).ms) /
                         static_cast<double>(habit.occasions - 1);
    const double share = static_cast<double>((view.now - habit.last).ms) / usual;
    due.push_back({product, share, habit.interval(), habit});
  }
  sort_due(due);
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
      offer->reasons.push_back(fmt::format("you buy it about every {} days, last on {}",
                                           std::max<int64_t>(1, due.interval.ms / days(1).ms),
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
