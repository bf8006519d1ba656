// The offers of one decision as they are found: sources propose, guards judge, losers are listed.
#pragma once

#include <string_view>
#include <vector>

#include "operators/decide/decide_view.h"

namespace rekindle::operators {

enum class MayBeOwned : bool { kNo, kYes };

// Thread: the shard's, for one decision.
class Slate {
 public:
  // REQUIRES: 1 ≤ offers_max ≤ limits::kOffersMax.
  Slate(const DecideView& view, size_t offers_max, Decision& decision);

  // The source asked next may add `take` offers; 0: as many as fit.
  void begin_source(size_t take);
  [[nodiscard]] bool is_full() const { return x_offered.size() >= x_source_max; }
  [[nodiscard]] bool is_complete() const { return x_offered.size() >= x_offers_max; }
  [[nodiscard]] size_t size() const { return x_offered.size(); }
  // The new offer, for the source to add its reasons; null when a guard stopped the product.
  // Valid until the next call. REQUIRES: !is_full().
  [[nodiscard]] Offer* propose(NameHash product, double score, std::string_view source,
                               MayBeOwned may_be_owned = MayBeOwned::kNo);

 private:
  void reject(const Candidate& candidate, std::string_view guard);
  Offer& accept(const Candidate& candidate, std::string_view source);

  const DecideView& x_view;
  size_t x_offers_max;
  size_t x_source_max;  // is_full() for the source asked now
  Decision& x_decision;
  std::vector<NameHash> x_offered;
  std::vector<NameHash> x_rejected;  // those listed, so that none is listed twice
};

}  // namespace rekindle::operators
