// What a visitor has answered about advertising: whether its data may go to ad platforms, and
// whether ads may be chosen by it. Purpose "ads" covers both uses, Google's "ad_user_data" and
// "ad_personalization" one each. Read by operators/profile and core/voice.h; pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/profile.h"

namespace rekindle {

enum class Answer : uint8_t { kNone, kGranted, kRefused };

// A refusal is never overruled by another purpose.
struct AdUse {
  Answer answer = Answer::kNone;
  bool ever_granted = false;
  friend bool operator==(const AdUse&, const AdUse&) = default;
};

struct AdConsent {
  AdUse share;        // with ad platforms
  AdUse personalise;  // ads by it

  [[nodiscard]] Answer answer() const {
    if (share.answer == Answer::kRefused || personalise.answer == Answer::kRefused) {
      return Answer::kRefused;
    }
    return share.answer == personalise.answer ? share.answer : Answer::kNone;
  }
  friend bool operator==(const AdConsent&, const AdConsent&) = default;
};

// One of the three. Of these, whether a grant was taken back is remembered too
// (Consent::was_granted), and however many other purposes there are they are never forgotten.
[[nodiscard]] bool is_ad_purpose(std::string_view purpose);

// `profile` may be null.
[[nodiscard]] AdConsent ad_consent(const Profile* profile);

}  // namespace rekindle
