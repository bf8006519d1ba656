// Reads what a TC string (IAB Transparency and Consent Framework, version 2) says of purposes: the
// core segment's "purposes consent" bits. Vendors, publisher restrictions and the other segments
// are not looked at. Pure functions, any thread.
//
// The core segment is a string of bits in base64url, six a character, most significant first:
//   version 6 · created 36 · updated 36 · CMP 12 · CMP version 12 · screen 6 · language 12
//   · vendor list 12 · policy 6 · service specific 1 · own texts 1 · special features 12
//   · purposes consent 24 (first purpose first) · purposes legitimate interest 24 · …
#pragma once

#include <bitset>
#include <string_view>

#include "core/error.h"

namespace rekindle::io {

inline constexpr size_t kTcfPurposes = 24;

// Bit n: purpose n + 1 is consented to. Errors: kInvalidArgument.
[[nodiscard]] Result<std::bitset<kTcfPurposes>> tcf_consents(std::string_view tc_string);

}  // namespace rekindle::io
