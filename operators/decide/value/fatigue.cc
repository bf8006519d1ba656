#include "operators/decide/value/fatigue.h"

#include <algorithm>
#include <cmath>

namespace rekindle::operators {

Ignored ignored_of(const OfferView& view, const OfferRule& rule) {
  Ignored ignored;
  if (view.visitor.offers == nullptr) return ignored;
  for (const Exposure& exposure : view.visitor.offers->exposures) {
    if (exposure.offer != rule.hash || !exposure.was_shown()) continue;
    ignored.last = exposure.shown_at;
    if (exposure.clicked_at != EventTime::never()) {
      ignored.showings = 0;
      ignored.faded = 0;
      continue;
    }
    ++ignored.showings;
    const auto age = static_cast<double>(std::max<int64_t>(0, (view.now - exposure.shown_at).ms));
    ignored.faded += std::exp2(-age / static_cast<double>(rule.config.fatigue_for.ms));
  }
  return ignored;
}

}  // namespace rekindle::operators
