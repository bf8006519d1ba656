// An id as persons are found by it: one form for every way of writing it, then a hash that only who
// has the store's secret can make. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/claim.h"
#include "core/ids.h"

namespace rekindle {

// A node of a person: a visitor, by their key, or an id, by its keyed hash.
struct IdKey {
  IdType type = IdType::kVisitor;
  uint64_t high = 0;
  uint64_t low = 0;
  friend constexpr auto operator<=>(const IdKey&, const IdKey&) = default;
};
[[nodiscard]] inline IdKey id_key(VisitorKey visitor) {
  return {IdType::kVisitor, visitor.high, visitor.low};
}
[[nodiscard]] inline VisitorKey visitor_key(const IdKey& id) {  // REQUIRES: of a visitor
  return {id.high, id.low};
}

// The one form of an id; nothing when it cannot be one.
//   email    lower case without blanks, then SHA-256 in hex; 64 hex digits are such a hash already
//   phone    its digits without leading 00, 7 to 15, after a +, then as email
//   others   without blanks around
[[nodiscard]] std::optional<std::string> canonical_id(IdType type, std::string_view value);

// What people and programs send when they know no id: "null", "undefined", "anonymous", zeros …;
// for things (is_weak) also whatever has fewer than 4 different characters.
[[nodiscard]] bool is_placeholder(IdType type, std::string_view value);

// REQUIRES: `canonical` is of canonical_id; of a visitor: the name.
[[nodiscard]] IdKey id_key(std::string_view secret, SiteId site, IdType type,
                           std::string_view canonical);

// Without the ASCII blanks around it, in lower case.
[[nodiscard]] std::string folded(std::string_view value);

}  // namespace rekindle
