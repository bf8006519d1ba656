// A chosen arm as the answer has it, and as the log does. Used by the arbiter.
#pragma once

#include <string_view>

#include "core/decision.h"
#include "operators/decide/value/arm.h"

namespace rekindle::operators {

// `chance` in millionths. `is_reserved`: the decision is no mere question.
[[nodiscard]] Offer offer_of(const OfferView& view, const Arm& arm, uint32_t chance,
                             bool is_reserved);
// Adds what a configured offer says to one that a candidate source proposed.
void dress(const OfferView& view, const Arm& arm, uint32_t chance, bool is_reserved, Offer& offer);
// Views into the arm's rule and `product`.
[[nodiscard]] DecidedOffer decided_of(const Arm& arm, std::string_view product, bool is_ghost,
                                      uint32_t chance);

}  // namespace rekindle::operators
