// Makes the decision engine: catalogues and bestsellers in, offers with reasons out. Called by the
// program before the engine starts; the result is an EngineParts::decider.
//
// Who gets what: candidates/catalog.cc lists where products come from, guards/catalog.h what keeps
// one from being offered. Every placement is treated alike. The same snapshot, visitor, request and
// instant give the same decision; equal scores are ordered by product id.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/decider.h"
#include "core/limits.h"
#include "operators/decide/bestsellers.h"
#include "operators/decide/product_catalog.h"

namespace rekindle::operators {

struct DecideConfig {
  Duration half_life = days(14);             // a sale this old counts half; at least one minute
  BestsellerWeights weights;                 // each 0 (not counted) or more
  uint32_t offers_max = limits::kOffersMax;  // of one decision, whatever is asked for; at least 1
};

struct SiteCatalog {
  std::string site;  // its name
  ProductCatalog catalog;
};

// Sites without a catalogue get the answer "nothing". Errors: kInvalidConfiguration (a member of
// `config` is out of range, a site is there twice).
[[nodiscard]] Result<std::unique_ptr<Decider>> make_decide_engine(
    const DecideConfig& config, std::vector<SiteCatalog> catalogs);

}  // namespace rekindle::operators
