// The offers of one decision as they are found: sources propose, guards judge, losers are listed.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "operators/decide/decide_view.h"
#include "operators/decide/placement_config.h"

namespace rekindle::operators {

enum class MayBeOwned : bool { kNo, kYes };

// Thread: the shard's, for one decision.
class Slate {
 public:
  // REQUIRES: 1 ≤ offers_max ≤ limits::kOffersMax.
  Slate(const DecideView& view, size_t offers_max, const Quota& quota, Decision& decision);

  // The source asked next may add `take` offers; 0: as many as fit.
  void begin_source(size_t take);
  [[nodiscard]] bool is_full() const { return size() >= x_source_max; }
  [[nodiscard]] bool is_complete() const { return size() >= x_offers_max; }
  [[nodiscard]] size_t size() const { return x_decision.offers.size(); }
  [[nodiscard]] bool has_room(size_t offers) const { return size() + offers <= x_source_max; }
  // Whether propose() would take it; when not, it is listed as rejected.
  [[nodiscard]] bool would_pass(NameHash product);

  // The new offer, for the source to add its reasons; null when a guard stopped the product. Each
  // is valid until the next call. REQUIRES: !is_full().
  [[nodiscard]] Offer* propose(NameHash product, double score, std::string_view source,
                               MayBeOwned may_be_owned = MayBeOwned::kNo);
  // One offer of several products; null when a guard stopped one that is not in `in_cart`, the part
  // of them that may be there already.
  [[nodiscard]] Offer* propose_bundle(std::span<const NameHash> products,
                                      std::span<const NameHash> in_cart, double score,
                                      std::string_view source);
  // An offer without a product. No guard judges it.
  [[nodiscard]] Offer* propose_message(double score, std::string_view source);

 private:
  // Nothing: no guard stops it. Else it is listed as rejected.
  [[nodiscard]] bool passes(const Candidate& candidate);
  void reject(const Candidate& candidate, std::string_view guard);
  Offer& accept(const Candidate& candidate, std::string_view source);

  const DecideView& x_view;
  size_t x_offers_max;
  size_t x_source_max;  // is_full() for the source asked now
  Quota x_quota;
  Decision& x_decision;
  std::vector<const Product*> x_offered;
  std::vector<NameHash> x_rejected;  // those listed, so that none is listed twice
};

// "12.50" in the site's currency.
[[nodiscard]] std::string price_text(int64_t minor, const Site& site);

}  // namespace rekindle::operators
