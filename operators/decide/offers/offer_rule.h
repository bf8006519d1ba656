// A configured offer made ready to be judged: names hashed, expressions compiled.
#pragma once

#include <absl/time/time.h>

#include <optional>
#include <vector>

#include "core/ids.h"
#include "operators/audience/program.h"
#include "operators/decide/offers/offer_config.h"

namespace rekindle::operators {

// An expression of an offer. One whose audiences are no more holds for nobody.
struct OfferCondition {
  bool is_set = false;
  bool is_broken = false;
  audience::Program program;
};

struct OfferBoostRule {
  OfferCondition when;
  double factor = 1;
};

// Immutable once made, so any thread.
struct OfferRule {
  OfferConfig config;
  SiteId site{};
  absl::TimeZone zone;
  NameHash hash = kNoName;
  NameHash group = kNoName;
  NameHash channel = kNoName;
  NameHash product = kNoName;
  std::vector<NameHash> arms;  // by rung; at least one
  OfferCondition audience;
  OfferCondition applies;
  OfferCondition suits;
  std::vector<OfferBoostRule> boosts;
  Duration kept_for;  // how long a cap, a window or a cool-down asks for an exposure

  [[nodiscard]] bool is_marketing() const { return config.type != OfferType::kService; }
};

}  // namespace rekindle::operators
