// How tired a visitor is of an offer: its showings since the last click, the newest counting most.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators {

struct Ignored {
  uint64_t showings = 0;  // in a row without a click, up to now
  double faded = 0;       // the same, each halved for every OfferConfig::fatigue_for since
  EventTime last = EventTime::before_all();
};

[[nodiscard]] Ignored ignored_of(const OfferView& view, const OfferRule& rule);

}  // namespace rekindle::operators
