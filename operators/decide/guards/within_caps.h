// Stops what was shown, or still may be, as often as its caps allow.
#pragma once

#include <algorithm>

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

// Groups and channels count as they were when it was decided.
template <OfferCap::Per kPer>
bool is_counted(const Exposure& exposure, const OfferRule& rule) {
  if (exposure.is_service) return false;
  switch (kPer) {
    case OfferCap::Per::kOffer: return exposure.offer == rule.hash;
    case OfferCap::Per::kGroup: return exposure.group == rule.group;
    case OfferCap::Per::kChannel: return exposure.channel == rule.channel;
    case OfferCap::Per::kVisitor: return true;
  }
  return true;
}

template <OfferCap::Per kPer>
bool is_capped(const OfferJudged& judged) {
  const EventTime now = judged.view.now;
  const auto count = [&](std::span<const Exposure> exposures, EventTime since) {
    return std::count_if(exposures.begin(), exposures.end(), [&](const Exposure& e) {
      if (!is_counted<kPer>(e, judged.rule)) return false;
      // A ghost counts like what it stands for, or ghosts would be chosen more often.
      const bool is_ghost = e.stage == OfferStage::kGhost && e.decided_at > since;
      return is_ghost || e.is_pending(now) || (e.was_shown() && e.shown_at > since);
    });
  };
  const OfferHistory* const history = judged.view.visitor.offers.get();
  const auto& caps = judged.rule.config.caps;
  return std::any_of(caps.begin(), caps.end(), [&](const OfferCap& cap) {
    if (cap.per != kPer) return false;
    const EventTime since = now - cap.within;
    const auto before = history == nullptr ? 0 : count(history->exposures, since);
    return static_cast<uint64_t>(before + count(judged.chosen, since)) >= cap.at_most;
  });
}

inline constexpr OfferGuard kOfferCap{"cap_offer", is_capped<OfferCap::Per::kOffer>};
inline constexpr OfferGuard kGroupCap{"cap_group", is_capped<OfferCap::Per::kGroup>};
inline constexpr OfferGuard kChannelCap{"cap_channel", is_capped<OfferCap::Per::kChannel>};
inline constexpr OfferGuard kVisitorCap{"cap_visitor", is_capped<OfferCap::Per::kVisitor>};

}  // namespace rekindle::operators::guards
