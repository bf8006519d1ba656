// Stops marketing in the hours of the site's day in which it keeps quiet.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kQuietHours{
    "quiet_hours", [](const OfferJudged& judged) {
      const auto& hours = judged.rule.config.quiet_hours;
      if (!hours || !judged.rule.is_marketing()) return false;
      const absl::TimeZone::CivilInfo local =
          judged.rule.zone.At(absl::FromUnixMillis(judged.view.now.ms));
      const int32_t minute = local.cs.hour() * 60 + local.cs.minute();
      const auto [from, until] = *hours;
      return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
    }};

}  // namespace rekindle::operators::guards
