// What a visitor told or allowed: traits, consent, and where they came from. Most visitors have
// none of it, so a Visitor holds a pointer. Written by operators/profile, where not said otherwise.
//
// Bounds: limits::kTraits*, kConsentsMax. Over a bound the trait (purpose) changed longest ago
// leaves. Thread: the visitor's shard. Stored as core/profile_format.h says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

// A name and a value as they were sent; numbers and booleans as their JSON text ("42", "true"). One
// that was taken back stays with an empty value, so that no older event brings it back.
struct Trait {
  std::string name;
  std::string value;
  EventTime at;  // of the event that set it; an older one does not overwrite it
  friend bool operator==(const Trait&, const Trait&) = default;
};

// What every visitor has whose events a known crawler sent (Event::is_bot).
inline constexpr std::string_view kBotTrait = "bot";
inline constexpr std::string_view kIsBot = "true";

// Whether a purpose ("analytics", "ads", "personalization", "email", "sms", …) is allowed.
struct Consent {
  std::string purpose;
  bool granted = false;
  EventTime at;
  bool was_granted = false;  // it is not, but another answer was a grant
  friend bool operator==(const Consent&, const Consent&) = default;
};

// The campaign fields of an event that had any.
struct Campaign {
  std::string source;
  std::string medium;
  std::string name;
  EventTime at;
  friend bool operator==(const Campaign&, const Campaign&) = default;
};

struct Profile {
  std::vector<Trait> traits;               // ascending by name
  std::vector<Consent> consents;           // ascending by purpose
  std::optional<Campaign> first_campaign;  // by `at`
  std::optional<Campaign> last_campaign;
  // Ids the visitor claimed (core/claim.h), in that order. Written by operators/identity.
  std::vector<NameHash> claimed;

  [[nodiscard]] const Trait* trait(std::string_view name) const;         // null: not known
  [[nodiscard]] const Consent* consent(std::string_view purpose) const;  // null: never asked
  [[nodiscard]] bool is_bot() const;
  [[nodiscard]] size_t memory_bytes() const;
  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace rekindle
