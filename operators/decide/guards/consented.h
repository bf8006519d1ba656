// Stops what needs a consent that the visitor did not give. Who was never asked has given it only
// where the site does not require consent.
#pragma once

#include <algorithm>

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kConsented{
    "no_consent", [](const OfferJudged& judged) {
      const auto is_refused = [&](const std::string& purpose) {
        const Profile* const profile = judged.view.visitor.profile.get();
        const Consent* const consent = profile == nullptr ? nullptr : profile->consent(purpose);
        return consent == nullptr ? judged.view.site.consent_required : !consent->granted;
      };
      const auto& purposes = judged.rule.config.consent;
      return std::any_of(purposes.begin(), purposes.end(), is_refused);
    }};

}  // namespace rekindle::operators::guards
