// Which shared sum is meant: a site, a subject (an offer's arm, a product) and what is counted of
// it, for some of them by week. Keys reach the state store: values are appended, never renumbered.
#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

enum class TallyOf : uint8_t {
  kNone = 0,
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
  // Fatigue: of showings, each the nth of its offer to the visitor.
  kNth = 15,         // n of what was shown
  kNthSquare = 16,   // n²
  kNthClicked = 17,  // n of what was clicked
  kCapped = 18,      // decisions in which a cap stopped it
  // Customers whose window closed: of those offered to, and of ghosts.
  kTrials = 20,
  kBuyers = 21,
  kRevenue = 22,
  kRevenueSquare = 23,  // in squares of kSquareUnit
  kBefore = 24,         // revenue before the trial, the covariate of CUPED
  kBeforeSquare = 25,
  kProduct = 26,
  kOrders = 27,
  kOrdersSquare = 28,
  kOrderRevenue = 29,  // orders × revenue, in kSquareUnit
  kRepeaters = 30,     // with two orders or more
  kActiveBefore = 31,  // with an order in as long a time before
  kRetained = 32,      // … and in the window
  kLines = 33,         // order lines bought
  kLinesSquare = 34,
  kTook = 35,         // bought a product that was offered
  kPrimary = 36,      // orders with something that was not offered
  kAttached = 37,     // … and something that was
  kOwners = 38,       // have a product that was offered, bought now or before
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
  // … and by week
  kDecisions = 62,
  kNothingShown = 63,     // of them, that show no configured offer
  kCappedDecisions = 64,  // of them, in which a cap stopped an offer
  kSiteRevenue = 65,      // purchases, whoever made them
  // Of an arm, by week: predicted lifetime value when the window closed.
  kClvKnown = 70,  // customers for whom there was a model
  kClv = 71,
  kClvSquare = 72,  // in squares of kSquareUnit
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
