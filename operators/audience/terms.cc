#include "operators/audience/terms.h"

#include <algorithm>

namespace rekindle::operators::audience {
namespace {

constexpr const TermKind* kTerms[] = {
    &kCount,
    &kSum,
    &kMinimum,
    &kMaximum,
    &kAverage,
    &kDistinct,
    &kDid,
    &kSince,
    &kFirstSeen,
    &kLastSeen,
    &kCartValue,
    &kCartItems,
    &kCartAge,
    &kLifetimeOrders,
    &kLifetimeRevenue,
    &kLifetimeAov,
    &kLifetimeEvents,
    &kLifetimeOrderInterval,
    &kLifetimeCouponShare,
    &kLifetimeRefundShare,
    &kSequence,
    &kWithout,
    &kTrait,
    &kConsent,
    &kCampaignSource,
    &kCampaignMedium,
    &kCampaignName,
    &kCampaignFirstSource,
    &kCampaignFirstMedium,
    &kCampaignFirstName,
    &kIn,
    &kInFor,
    &kBucket,
    &kFirst,
    &kExposures,
    &kTop,
    &kPercentile,
    &kRfmRecency,
    &kRfmFrequency,
    &kRfmMonetary,
    &kClv,
    &kAlive,
};

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::kNumber: return "Number";
    case Type::kMoney: return "Money";
    case Type::kDuration: return "Duration";
    case Type::kBool: return "Bool";
    case Type::kText: return "Text";
    case Type::kInstant: return "Instant";
  }
  return "?";
}

std::span<const TermKind* const> all_terms() {
  return kTerms;
}

const TermKind* find_term(std::string_view name) {
  const auto found = std::find_if(std::begin(kTerms), std::end(kTerms),
                                  [&](const TermKind* term) { return term->name == name; });
  return found == std::end(kTerms) ? nullptr : *found;
}

std::vector<std::string_view> term_names() {
  std::vector<std::string_view> names;
  for (const TermKind* term : kTerms) names.push_back(term->name);
  names.insert(names.end(), {"and", "or", "not", "true", "false"});
  return names;
}

}  // namespace rekindle::operators::audience
