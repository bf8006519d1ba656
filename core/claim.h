// A claim: that a visitor said an id is theirs. Operators make claims of events
// (operators/identity), a partition's log keeps them as an effect stream beside changes and
// sessions, and the identity thread (core/identity_thread.h) decides what comes of each.
#pragma once

#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/event_type.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

// What kind of id. Stored: numbers stay. Strong ones name a person, weak ones a thing that people
// may share.
enum class IdType : uint8_t {
  kVisitor = 0,   // another visitor's name (an alias)
  kUser = 1,      // the shop's own customer number
  kEmail = 2,     // an address, or the SHA-256 of one
  kPhone = 3,     // a number, or the SHA-256 of one
  kDevice = 4,    // a device's id
  kPlatform = 5,  // another platform's id of a browser or app, as NAME:VALUE
};
inline constexpr size_t kIdTypes = 6;
[[nodiscard]] std::string_view name_of(IdType type);  // "visitor", "user", …
[[nodiscard]] std::optional<IdType> id_type_of(std::string_view name);
[[nodiscard]] constexpr bool is_weak(IdType type) {
  return type == IdType::kDevice || type == IdType::kPlatform;
}
// It names a person; another visitor's name does not.
[[nodiscard]] constexpr bool identifies(IdType type) {
  return type == IdType::kUser || type == IdType::kEmail || type == IdType::kPhone;
}

// (partition, seq) is its identity; seq is gap-free within a partition, starting at 1. A view.
struct Claim {
  IdType type = IdType::kUser;
  EventType cause = EventType::kNone;  // of the event that said so
  EventTime at;
  SiteId site{};
  VisitorKey visitor;
  std::string_view visitor_name;
  std::string_view value;  // as it was sent
};

// What is left in the log of a claim of an erased visitor: that there was one.
[[nodiscard]] inline bool is_blank(const Claim& claim) {
  return claim.visitor == VisitorKey{} && claim.visitor_name.empty();
}

// 1 type · 8 cause · 8 at · 4 site · 16 visitor · bytes name · bytes value
void append_claim(const Claim& claim, ByteWriter& writer);
[[nodiscard]] bool read_claim(ByteReader& reader, Claim& claim);

// What a visitor remembers of a claim, so that it is made once.
[[nodiscard]] NameHash claim_hash(IdType type, std::string_view value);

}  // namespace rekindle
