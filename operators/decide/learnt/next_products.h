// What a visitor wants next: nearest sessions, and what followed the newest product, in one score.
#pragma once

#include "operators/decide/learnt/session_knn.h"

namespace rekindle::operators {

struct SiteModel;

// The defaults are what did well on the validation splits of two shops, see docs/adr/0014.
struct NextConfig {
  KnnConfig knn = KnnConfig::standard();
  double rules = 0.3;  // weight of the rules beside the sessions, 0 … 1; each's best counts 1
  friend bool operator==(const NextConfig&, const NextConfig&) = default;
};

// As nearest_sessions() in learnt/session_knn.h, of both. Thread: any.
[[nodiscard]] std::vector<ScoredProduct> next_products(const SiteModel& model,
                                                       std::span<const NameHash> session,
                                                       EventTime now, const NextConfig& config,
                                                       size_t most);

}  // namespace rekindle::operators
