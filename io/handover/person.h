// What the shop may know of one member of an audience, as the hand-over formats take it. Filled by
// the members and changes routes, read by the formats.
//
// Every text may be empty (not known) and, where a platform wants it hashed, may already be the 64
// hex digits of a SHA-256. Views: valid until the call they are passed to returns.
#pragma once

#include <optional>
#include <string_view>

#include "core/money.h"

namespace rekindle::io {

struct Person {
  std::string_view external_id;  // the visitor's name; also what `unmatched` calls the member
  std::string_view user_id;      // the shop's own customer number
  std::string_view email;
  std::string_view phone;
  std::string_view calling_code;  // of the site, "49": completes phones without one; empty: none
  std::string_view first_name;
  std::string_view last_name;
  std::string_view gender;
  std::string_view birth_date;  // YYYY-MM-DD
  std::string_view city;
  std::string_view state;
  std::string_view zip;
  std::string_view country;    // ISO 3166-1 alpha-2
  std::string_view mobile_id;  // the device's advertising id
  std::optional<Money> value;  // for value-based lookalikes

  // What the visitor agreed to: that data goes to ad platforms, and that ads are chosen by it.
  // Both are needed to be added to a list; neither to be taken off it.
  bool may_share = false;
  bool may_personalise = false;
  // It agreed to both at some time, so it may be on a list. Who never did is on none: nothing is
  // sent to take it off, for that would be the first the platform hears of it.
  bool may_be_listed = true;
  bool limited_data_use = false;  // Meta's LDU: a visitor under US state privacy law
};

}  // namespace rekindle::io
