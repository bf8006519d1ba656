// Which shared sum is meant: a site, a subject (an offer's arm, a product) and what is counted of
// it, for some of them by week. Keys reach the state store: values are appended, never renumbered.
#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

enum class TallyOf : uint8_t {
  // What is held and spent; never by week.
  kBudget = 1,  // minor units of an offer's budget, held or spent
  kStock = 2,   // pieces of a product held for visitors
  // By week; of an arm, which is an offer at one discount (core/decision.h).
  kDecided = 3,
  kGhosted = 4,  // would have been shown
  kShown = 5,
  kReturned = 6,   // not shown in time
  kLateShown = 7,  // after it was returned
  kClicked = 8,
  kDismissed = 9,
  kConverted = 10,  // order lines attributed to the last touch, and conversions that were told
  kRevenueLast = 11,
  kRevenueShared = 12,
  kCost = 13,      // of contacts
  kDiscount = 14,  // given
  // Customers whose window closed: of those offered to, and of ghosts.
  kTrials = 20,
  kBuyers = 21,
  kRevenue = 22,
  kRevenueSquare = 23,  // in squares of kSquareUnit
  kBefore = 24,         // revenue before the trial, the covariate of CUPED
  kBeforeSquare = 25,
  kProduct = 26,
  kGhostTrials = 40,  // the same 20 further
  kGhostBuyers = 41,
  kGhostRevenue = 42,
  kGhostRevenueSquare = 43,
  kGhostBefore = 44,
  kGhostBeforeSquare = 45,
  kGhostProduct = 46,
  // Of a site, subject kNoName.
  kUnknownDecision = 60,  // feedback for a decision the visitor does not have
  kNothing = 61,          // decisions that offered nothing
};

inline constexpr int64_t kSquareUnit = 100;              // minor units
inline constexpr int64_t kTrialRevenueMax = 10'000'000;  // of one trial, minor units: over it this
inline constexpr uint8_t kGhostTallies = 20;

// Subjects beside arms: all offers of a group, and all that a policy chose.
[[nodiscard]] constexpr NameHash group_subject(NameHash group) {
  return ~group;
}
[[nodiscard]] constexpr NameHash policy_subject(NameHash policy) {
  return policy ^ 0x706F6C696379ULL;
}

[[nodiscard]] constexpr int64_t week_of(EventTime at) {
  constexpr int64_t kWeekMs = 7 * 86'400'000LL;
  return at.ms / kWeekMs - (at.ms % kWeekMs < 0 ? 1 : 0);
}

// Never 0. `week` 0: not by week.
[[nodiscard]] constexpr uint64_t tally_key(SiteId site, NameHash subject, TallyOf what,
                                           int64_t week = 0) {
  const auto mix = [](uint64_t h) {  // the finalizer of SplitMix64
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
    return h ^ (h >> 31);
  };
  uint64_t h = mix(subject + 0x9E3779B97F4A7C15ULL);
  h = mix(h ^ ((uint64_t{static_cast<uint32_t>(site)} << 32) | static_cast<uint8_t>(what)));
  h = mix(h ^ static_cast<uint64_t>(week));
  return h == 0 ? 1 : h;
}

}  // namespace rekindle
