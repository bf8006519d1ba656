#include "core/profile.h"

#include <algorithm>

namespace rekindle {
namespace {

// The element of an ascending list with this name; null: none.
template <typename Element>
const Element* find(const std::vector<Element>& list, std::string Element::*field,
                    std::string_view name) {
  const auto place = std::lower_bound(
      list.begin(), list.end(), name,
      [field](const Element& element, std::string_view wanted) { return element.*field < wanted; });
  return place == list.end() || (*place).*field != name ? nullptr : &*place;
}

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
  return find(traits, &Trait::name, name);
}

const Consent* Profile::consent(std::string_view purpose) const {
  return find(consents, &Consent::purpose, purpose);
}

size_t Profile::memory_bytes() const {
  size_t bytes = sizeof(Profile) + traits.capacity() * sizeof(Trait) +
                 consents.capacity() * sizeof(Consent) + heap_bytes(first_campaign) +
                 heap_bytes(last_campaign);
  for (const Trait& trait : traits) bytes += heap_bytes(trait.name) + heap_bytes(trait.value);
  for (const Consent& consent : consents) bytes += heap_bytes(consent.purpose);
  return bytes;
}

}  // namespace rekindle
