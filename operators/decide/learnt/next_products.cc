#include "operators/decide/learnt/next_products.h"

#include <algorithm>

#include "core/limits.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {
namespace {

std::vector<Pair> rules_after(const SiteModel& model, NameHash product) {
  const NameNumber number = model.knn.names.find(product);
  if (number == kNoNumber) return {};
  return model.rules.lists.in_no_order(number, model.knn.names);
}

// A best score of 0 says nothing.
double share_of(double weight, double best) {
  return best > 0 ? weight / best : 0;
}

}  // namespace

std::vector<ScoredProduct> next_products(const SiteModel& model, std::span<const NameHash> session,
                                         EventTime now, const NextConfig& config, size_t most) {
  if (session.empty()) return {};
  std::vector<ScoredProduct> best;
  if (config.rules < 1) {
    const size_t read = std::max(most, limits::kPairsServed);
    best = nearest_in_no_order(model.knn, session, now, config.knn, read);
    double highest = 0;
    for (const ScoredProduct& scored : best) highest = std::max(highest, scored.score);
    const double scale = share_of(1 - config.rules, highest);
    for (ScoredProduct& scored : best) scored.score *= scale;
  }
  const std::vector<Pair> rules =
      config.rules > 0 ? rules_after(model, session.back()) : std::vector<Pair>();
  if (!rules.empty()) {
    const size_t sessions = best.size();
    int64_t heaviest = 0;
    for (const Pair& rule : rules) heaviest = std::max(heaviest, rule.units);
    const double scale = share_of(config.rules, static_cast<double>(heaviest));
    for (const Pair& rule : rules) {
      const NameHash product = model.knn.names.name_of(rule.product);
      const double score = scale * static_cast<double>(rule.units);
      const auto end = best.begin() + static_cast<ptrdiff_t>(sessions);
      const auto same = std::find_if(best.begin(), end, [&](const ScoredProduct& scored) {
        return scored.product == product;
      });
      if (same != end) {
        same->score += score;
      } else {
        best.push_back({product, score});
      }
    }
  }
  if (best.size() > most) {
    const auto end = best.begin() + static_cast<ptrdiff_t>(most);
    std::nth_element(best.begin(), end, best.end(), is_better);
    best.erase(end, best.end());
  }
  std::sort(best.begin(), best.end(), is_better);
  return best;
}

}  // namespace rekindle::operators
