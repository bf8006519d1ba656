#include "core/profile.h"

#include <algorithm>

namespace rekindle {
namespace {

size_t heap_bytes(const std::string& text) {
  constexpr size_t kInlineBytes = 15;
  return text.capacity() > kInlineBytes ? text.capacity() + 1 : 0;
}

size_t heap_bytes(const std::optional<Campaign>& campaign) {
  if (!campaign) return 0;
  return heap_bytes(campaign->source) + heap_bytes(campaign->medium) + heap_bytes(campaign->name);
}

}  // namespace

const Trait* Profile::trait(std::string_view name) const {
  const auto place =
      std::lower_bound(traits.begin(), traits.end(), name,
                       [](const Trait& trait, std::string_view key) { return trait.name < key; });
  if (place == traits.end() || place->name != name || place->value.empty()) return nullptr;
  return &*place;
}

const Consent* Profile::consent(std::string_view purpose) const {
  const auto place = std::lower_bound(
      consents.begin(), consents.end(), purpose,
      [](const Consent& consent, std::string_view key) { return consent.purpose < key; });
  return place == consents.end() || place->purpose != purpose ? nullptr : &*place;
}

bool Profile::is_bot() const {
  const Trait* const said = trait(kBotTrait);
  return said != nullptr && said->value == kIsBot;
}

size_t Profile::memory_bytes() const {
  size_t bytes = sizeof(Profile) + traits.capacity() * sizeof(Trait) +
                 consents.capacity() * sizeof(Consent) + heap_bytes(first_campaign) +
                 heap_bytes(last_campaign) + claimed.capacity() * sizeof(NameHash);
  for (const Trait& trait : traits) bytes += heap_bytes(trait.name) + heap_bytes(trait.value);
  for (const Consent& consent : consents) bytes += heap_bytes(consent.purpose);
  return bytes;
}

}  // namespace rekindle
