#include "operators/decide/candidates/replenishment.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/date_text.h"
#include "operators/decide/purchase_habits.h"

namespace rekindle::operators {
namespace {

// Over all customers; nothing while too little is known.
std::optional<Duration> usual_interval(const SiteModel& model, NameHash product) {
  const NameNumber number = model.knn.names.find(product);
  if (number == kNoNumber || number >= model.repurchases.size()) return std::nullopt;
  const RepurchaseSum& sum = model.repurchases[number];
  if (sum.times < kRepurchasesMin) return std::nullopt;
  return minutes(sum.minutes / sum.times);
}

std::vector<Due> due_now(const DecideView& view) {
  std::vector<Due> due;
  for (const auto& [product, habit] : purchase_habits(view)) {
    const auto interval = habit.occasions >= 2 ? std::optional(habit.interval())
                                               : usual_interval(view.model, product);
    if (!interval) continue;
    const double share =
        static_cast<double>((view.now - habit.last).ms) / static_cast<double>(interval->ms);
    due.push_back({product, share, *interval, habit});
  }
  sort_due(due);
  return due;
}

class Replenishment final : public CandidateSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "replenishment"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const size_t before = slate.size();
    for (const Due& due : due_now(view)) {
      if (slate.is_full()) break;
      Offer* offer = slate.propose(due.product, due.share, name(), MayBeOwned::kYes);
      if (offer == nullptr) continue;
      const int64_t usual_days = std::max<int64_t>(1, due.interval.ms / days(1).ms);
      offer->reasons.push_back(fmt::format("{} it about every {} days, you did last on {}",
                                           due.habit.occasions >= 2 ? "you buy" : "customers buy",
                                           usual_days, date_text(due.habit.last)));
    }
    return slate.size() > before ? std::string_view{} : "nothing that was bought is due again";
  }
};

}  // namespace

CandidateSourcePtr make_replenishment(const SourceConfig&, const NextConfig&) {
  return std::make_unique<Replenishment>();
}

}  // namespace rekindle::operators
