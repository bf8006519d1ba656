#include "cli/simulate/reward_model.h"

#include <absl/container/flat_hash_map.h>

namespace rekindle::cli {
namespace {

constexpr double kPrior = 20;  // decisions that having no opinion counts as

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    ++count;
  }
  [[nodiscard]] double towards(double prior) const {
    return (sum + kPrior * prior) / (count + kPrior);
  }
};

class RewardModel {
 public:
  void learn_base(const DecisionRow& row, double reward) {
    x_all.add(reward);
    if (row.shown.empty()) x_nothing[row.placement].add(reward);
  }
  // After all of learn_base.
  void learn_offers(const DecisionRow& row, double reward) {
    for (const NameHash arm : row.shown) x_added[arm].add(reward - base(row));
  }
  [[nodiscard]] double expected(const DecisionRow& row) const {
    double sum = base(row);
    for (const NameHash arm : row.shown) sum += added(arm);
    return sum;
  }
  [[nodiscard]] double expected_target(const DecisionRow& row) const {
    double sum = base(row);
    for (const auto& [arm, chance] : row.offered) sum += chance * added(arm);
    return sum;
  }

 private:
  [[nodiscard]] double base(const DecisionRow& row) const {
    const double all = x_all.count > 0 ? x_all.sum / x_all.count : 0;
    const auto found = x_nothing.find(row.placement);
    return found == x_nothing.end() ? all : found->second.towards(all);
  }
  [[nodiscard]] double added(NameHash arm) const {
    const auto found = x_added.find(arm);
    return found == x_added.end() ? 0 : found->second.towards(0);
  }

  Mean x_all;
  absl::flat_hash_map<uint32_t, Mean> x_nothing;  // by placement
  absl::flat_hash_map<NameHash, Mean> x_added;    // by arm
};

}  // namespace

std::vector<WeighedDecision> weigh(const std::vector<DecisionRow>& rows, Reward reward,
                                   double margin) {
  RewardModel models[2];
  std::vector<double> rewards;
  for (const DecisionRow& row : rows) {
    rewards.push_back(reward_of(row, reward, margin));
    models[row.visitor % 2].learn_base(row, rewards.back());
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    models[rows[i].visitor % 2].learn_offers(rows[i], rewards[i]);
  }
  std::vector<WeighedDecision> weighed;
  for (size_t i = 0; i < rows.size(); ++i) {
    const DecisionRow& row = rows[i];
    const RewardModel& others = models[1 - row.visitor % 2];
    weighed.push_back({row.visitor, row.logged, row.target, rewards[i], others.expected(row),
                       others.expected_target(row)});
  }
  return weighed;
}

}  // namespace rekindle::cli
