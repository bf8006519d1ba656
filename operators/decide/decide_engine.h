// Makes the decision engine: catalogues and closed sessions in, offers with reasons out. Called by
// the program before the engine starts; the result is an EngineParts::decider.
//
// Who gets what: a placement names its candidate sources (candidates/catalog.cc lists them all),
// guards/catalog.h what keeps a product from being offered, learnt/site_learning.cc what is learnt.
// The same snapshot, visitor, request and instant give the same decision.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/decider.h"
#include "core/limits.h"
#include "operators/decide/catalog/catalog_keeper.h"
#include "operators/decide/learnt/next_products.h"
#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/offers/offer_config.h"
#include "operators/decide/placement_config.h"

namespace rekindle::operators {

struct DecideConfig {
  uint32_t offers_max = limits::kOffersMax;  // of one decision, whatever is asked for; at least 1
  LearningConfig learning;                   // of each site
  NextConfig next;
  std::vector<PlacementConfig> placements;  // those not named are shown what "default" is
  OfferingConfig offering;
  std::vector<OfferConfig> offers;
  std::vector<Site> sites;  // of the engine; those that offers are for
};

struct SiteCatalog {
  std::string site;  // its name
  ProductCatalog catalog;
  catalog_format::Head head = {};  // as it is stored
};

// A site that is not in `catalogs` learns nothing and gets the answer "nothing". Changes of
// catalogues are kept in `store`, which must outlive the engine; null: they do not survive. Errors:
// kInvalidConfiguration (a member of `config` is out of range, a site or a placement is there
// twice).
[[nodiscard]] Result<std::unique_ptr<Decider>> make_decide_engine(const DecideConfig& config,
                                                                  std::vector<SiteCatalog> catalogs,
                                                                  StateStore* store = nullptr);

}  // namespace rekindle::operators
