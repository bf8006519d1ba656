// Who is dealt to what: by a hash of the visitor and a salt for each experiment, so always the
// same.
#pragma once

#include <string_view>

#include "core/ids.h"
#include "operators/audience/bucket.h"
#include "operators/decide/offers/offer_config.h"

namespace rekindle::operators {

[[nodiscard]] inline bool is_held_out(std::string_view salt, uint32_t share, VisitorKey visitor) {
  return share > 0 && audience::bucket_of(salt, visitor) < static_cast<int64_t>(share);
}

// Sees no marketing at all.
[[nodiscard]] inline bool is_universal_ghost(const OfferingConfig& offering, VisitorKey visitor) {
  return is_held_out("universal_holdout", offering.holdout, visitor);
}
[[nodiscard]] inline bool is_ghost_of(const OfferConfig& offer, VisitorKey visitor) {
  return is_held_out(offer.id, offer.holdout, visitor);
}

// By which policy is decided for this visitor.
[[nodiscard]] inline std::string_view policy_of(const OfferingConfig& offering,
                                                VisitorKey visitor) {
  int64_t bucket = audience::bucket_of("policies", visitor);
  for (const OfferingConfig::PolicyShare& share : offering.policies) {
    if (bucket < static_cast<int64_t>(share.share)) return share.policy;
    bucket -= share.share;
  }
  return offering.policies.back().policy;
}

}  // namespace rekindle::operators
