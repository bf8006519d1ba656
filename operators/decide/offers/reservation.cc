#include "operators/decide/offers/reservation.h"

#include "core/tally_key.h"

namespace rekindle::operators {
namespace {

std::string_view why_not(Tallies::Taken taken, std::string_view guard) {
  if (taken == Tallies::Taken::kTaken) return {};
  return taken == Tallies::Taken::kFull ? "tallies_full" : guard;
}

}  // namespace

std::string_view reserve(const Arm& arm, SiteId site, Tallies& tallies) {
  const OfferConfig& config = arm.rule->config;
  const uint64_t budget = tally_key(site, arm.rule->hash, TallyOf::kBudget);
  const int64_t amount = config.cost + arm.discount;
  if (config.budget >= 0) {
    const auto stopped = why_not(tallies.try_take(budget, amount, config.budget), "budget");
    if (!stopped.empty()) return stopped;
  }
  if (!config.holds_stock) return {};
  const int64_t stock = arm.product->stock == kUnknownStock ? INT64_MAX : arm.product->stock;
  const uint64_t pieces = tally_key(site, arm.rule->product, TallyOf::kStock);
  const auto stopped = why_not(tallies.try_take(pieces, 1, stock), "out_of_stock");
  if (!stopped.empty() && config.budget >= 0) tallies.add(budget, -amount);
  return stopped;
}

}  // namespace rekindle::operators
