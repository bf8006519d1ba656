// All offers in force, by site and placement, compiled against the audiences in force.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/decider.h"
#include "core/rules.h"
#include "core/site.h"
#include "operators/decide/offers/offer_rule.h"

namespace rekindle::operators {

// Thread: immutable once made, so any.
class OfferBook {
 public:
  OfferBook() = default;
  // REQUIRES: no fault (offer_config.h), known sites.
  OfferBook(const OfferingConfig& offering, const std::vector<OfferConfig>& offers,
            const std::vector<Site>& sites, const Rules& rules);

  // Those that name the placement, in the order of configuration.
  [[nodiscard]] const std::vector<const OfferRule*>& in(SiteId site,
                                                        std::string_view placement) const;
  [[nodiscard]] const OfferCondition& unprofitable() const { return x_unprofitable; }
  [[nodiscard]] const OfferingConfig& offering() const { return x_offering; }

 private:
  using Place = std::pair<SiteId, std::string>;
  struct PlaceLess {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.first != b.first ? a.first < b.first
                                : std::string_view(a.second) < std::string_view(b.second);
    }
  };

  OfferingConfig x_offering;
  OfferCondition x_unprofitable;
  std::vector<std::unique_ptr<const OfferRule>> x_rules;
  std::map<Place, std::vector<const OfferRule*>, PlaceLess> x_by_place;
};

[[nodiscard]] OfferDescription describe(const OfferConfig& offer, const OfferingConfig& offering);

}  // namespace rekindle::operators
