#include "cli/simulate/decision_row.h"

namespace rekindle::cli {

double reward_of(const DecisionRow& row, Reward reward, double margin) {
  switch (reward) {
    case Reward::kRevenue: return static_cast<double>(row.revenue);
    case Reward::kOrder: return row.orders > 0 ? 1 : 0;
    case Reward::kClick: return row.clicks > 0 ? 1 : 0;
    case Reward::kGain: break;
  }
  double gain = margin * static_cast<double>(row.revenue);
  for (const DecisionRow::Given& given : row.given) {
    if (given.was_shown) gain -= static_cast<double>(given.cost);
    if (given.was_shown && given.was_bought) gain -= static_cast<double>(given.discount);
  }
  return gain;
}

}  // namespace rekindle::cli
