#include "operators/decide/offers/offer_config.h"

#include <fmt/format.h>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

std::string_view name_of(OfferCap::Per per) {
  switch (per) {
    case OfferCap::Per::kOffer: return "offer";
    case OfferCap::Per::kGroup: return "group";
    case OfferCap::Per::kChannel: return "channel";
    case OfferCap::Per::kVisitor: return "visitor";
  }
  return "";
}

// Two caps contradict each other when one can never be reached because of the other.
std::string fault_of_caps(const OfferConfig& offer) {
  if (offer.caps.size() > limits::kOfferCapsMax) return "there are too many caps";
  for (const OfferCap& cap : offer.caps) {
    if (cap.per == OfferCap::Per::kGroup && offer.group.empty()) {
      return "a cap per group needs a 'group'";
    }
    for (const OfferCap& other : offer.caps) {
      if (&other == &cap || other.per != cap.per) continue;
      const bool is_longer = other.within > cap.within;
      if (other.within == cap.within) {
        return fmt::format("two caps per {} have the same window", name_of(cap.per));
      }
      if (is_longer && other.at_most <= cap.at_most) {
        return fmt::format(
            "caps contradict each other: {} per {} can never be reached, because the longer window "
            "allows {}",
            cap.at_most, name_of(cap.per), other.at_most);
      }
    }
  }
  return {};
}

std::string fault_of_type(const OfferConfig& offer) {
  const bool is_product = offer.type == OfferType::kProduct;
  if (is_product && offer.product.empty()) return "an offer of type 'product' needs a 'product'";
  if (!is_product && !offer.product.empty()) {
    return "only an offer of type 'product' names a 'product'";
  }
  if (offer.type == OfferType::kDiscount && offer.ladder.empty()) {
    return "an offer of type 'discount' needs a 'discount' or a 'ladder'";
  }
  if (offer.holds_stock && !is_product) return "only an offer of type 'product' holds stock";
  if (offer.type == OfferType::kService &&
      (!offer.caps.empty() || offer.fatigue_after != 0 || offer.fatigue_cost != 0)) {
    return "caps and fatigue are for marketing; a service message has none";
  }
  if (offer.type == OfferType::kRecommendation && offer.ladder.size() > 1) {
    return "a recommendation has at most one discount";
  }
  return {};
}

}  // namespace

std::string_view name_of(OfferType type) {
  switch (type) {
    case OfferType::kRecommendation: return "recommendation";
    case OfferType::kProduct: return "product";
    case OfferType::kDiscount: return "discount";
    case OfferType::kMessage: return "message";
    case OfferType::kService: return "service";
  }
  return "";
}

std::string fault_of(const OfferConfig& offer) {
  if (offer.placements.empty()) return "an offer names the 'placements' it may be shown in";
  if (offer.start >= offer.end) return "it ends before it starts";
  if (offer.ladder.size() > limits::kOfferRungsMax) return "the ladder has too many rungs";
  if (offer.boosts.size() > limits::kOfferBoostsMax) return "there are too many boosts";
  if (offer.margin_floor > offer.margin) return "the margin's floor is above the margin";
  if (std::string fault = fault_of_type(offer); !fault.empty()) return fault;
  return fault_of_caps(offer);
}

std::string fault_of(const OfferingConfig& offering) {
  int64_t sum = 0;
  for (const OfferingConfig::PolicyShare& share : offering.policies) {
    if (share.policy != "thompson" && share.policy != "greedy") {
      return "there is no policy '" + share.policy + "'; there are: thompson, greedy";
    }
    sum += share.share;
  }
  if (sum != kWholeShare) return "the shares of policies do not add up to 100%";
  return {};
}

}  // namespace rekindle::operators
