// The list of terms the audience language knows. A new term is a file in terms/, a line here and
// one in terms.cc.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "operators/audience/term.h"

namespace rekindle::operators::audience {

extern const TermKind kCount, kDid, kExposures;                         // terms/count.cc
extern const TermKind kSum, kMinimum, kMaximum, kAverage;               // terms/amounts.cc
extern const TermKind kDistinct;                                        // terms/distinct.cc
extern const TermKind kSince;                                           // terms/since.cc
extern const TermKind kFirstSeen, kLastSeen;                            // terms/seen.cc
extern const TermKind kCartValue, kCartItems, kCartAge;                 // terms/cart.cc
extern const TermKind kLifetimeOrders, kLifetimeRevenue;                // terms/lifetime.cc
extern const TermKind kLifetimeAov, kLifetimeEvents;                    // terms/lifetime.cc
extern const TermKind kLifetimeOrderInterval;                           // terms/lifetime.cc
extern const TermKind kLifetimeCouponShare;                             // terms/lifetime.cc
extern const TermKind kLifetimeRefundShare;                             // terms/lifetime.cc
extern const TermKind kSequence;                                        // terms/sequence.cc
extern const TermKind kWithout;                                         // terms/without.cc
extern const TermKind kTrait, kConsent;                                 // terms/profile.cc
extern const TermKind kCampaignSource, kCampaignMedium, kCampaignName;  // profile.cc
extern const TermKind kCampaignFirstSource, kCampaignFirstMedium, kCampaignFirstName;  // profile.cc
extern const TermKind kIn, kInFor;                               // terms/in.cc
extern const TermKind kBucket;                                   // terms/bucket.cc
extern const TermKind kFirst;                                    // terms/first.cc
extern const TermKind kTop, kPercentile;                         // terms/rank.cc
extern const TermKind kRfmRecency, kRfmFrequency, kRfmMonetary;  // terms/rank.cc
extern const TermKind kClv, kAlive;                              // terms/clv.cc

[[nodiscard]] std::span<const TermKind* const> all_terms();
[[nodiscard]] const TermKind* find_term(std::string_view name);  // null: unknown
// For "did you mean".
[[nodiscard]] std::vector<std::string_view> term_names();

}  // namespace rekindle::operators::audience
