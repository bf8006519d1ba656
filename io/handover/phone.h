// Phone numbers as people type them, read into the digits of E.164: country calling code and
// national number. Used by io/handover/normalise. Pure functions, any thread.
//
// A number says its country itself ("+49 …", "0049 …"), or it is a national one and the site's
// calling code completes it, or it is refused: a guess would hash to a number of somebody else, or
// of nobody, and no platform would complain.
#pragma once

#include <string>
#include <string_view>

#include "io/handover/refusal.h"

namespace rekindle::io {

// "16505551212" for "+1 (650) 555-1212", and for "(650) 555-1212" with calling code "1".
// `calling_code`: digits, or empty for none.
[[nodiscard]] OrRefusal<std::string> phone_digits(std::string_view text,
                                                  std::string_view calling_code);

// 1 to 3 digits, not beginning with 0.
[[nodiscard]] bool is_calling_code(std::string_view text);

}  // namespace rekindle::io
