#include "core/ad_consent.h"

namespace rekindle {
namespace {

constexpr std::string_view kAds = "ads";  // covers both uses
constexpr std::string_view kShare = "ad_user_data";
constexpr std::string_view kPersonalise = "ad_personalization";

AdUse use_of(const Profile& profile, std::string_view purpose) {
  AdUse use;
  for (const Consent* const consent : {profile.consent(kAds), profile.consent(purpose)}) {
    if (consent == nullptr) continue;
    use.ever_granted = use.ever_granted || consent->granted || consent->was_granted;
    if (!consent->granted) {
      use.answer = Answer::kRefused;
    } else if (use.answer == Answer::kNone) {
      use.answer = Answer::kGranted;
    }
  }
  return use;
}

}  // namespace

bool is_ad_purpose(std::string_view purpose) {
  return purpose == kAds || purpose == kShare || purpose == kPersonalise;
}

AdConsent ad_consent(const Profile* profile) {
  if (profile == nullptr) return {};
  return {use_of(*profile, kShare), use_of(*profile, kPersonalise)};
}

}  // namespace rekindle
