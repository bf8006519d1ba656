// E-mail addresses as mail services hand them out, in lower case. Used by io/handover/normalise.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "io/handover/refusal.h"

namespace rekindle::io {

// gmail.com and googlemail.com ignore dots in, and everything from + in, the part before the @.
enum class GmailRule : uint8_t { kKeep, kDropDots, kDropDotsAndSuffix };

// Errors: kAbsent, kEmailNotAscii, kEmailMalformed.
[[nodiscard]] OrRefusal<std::string> email_address(std::string_view text);

// The address as `rule` has it; other domains stay as they are. Errors: kEmailMalformed when
// nothing is left before the @. REQUIRES: `address` is one that email_address gave.
[[nodiscard]] OrRefusal<std::string> gmail_address(const std::string& address, GmailRule rule);

}  // namespace rekindle::io
