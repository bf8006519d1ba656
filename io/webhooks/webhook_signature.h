// Signs messages as the Standard Webhooks specification has it: HMAC-SHA256 over
// "<id>.<timestamp>.<body>", so that a receiver knows who sent what when. Used by cli/ (secrets)
// and webhook_call. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::io {

// The key in "whsec_<Base64 of 24 to 64 bytes>". Errors: kInvalidArgument, which never has the
// text.
[[nodiscard]] Result<std::string> webhook_key(std::string_view secret);

struct WebhookStamp {
  std::string_view id;
  int64_t seconds;  // since 1970, of this attempt
};

// The value of the header `webhook-signature`: "v1,<Base64>" for each key, with blanks between.
[[nodiscard]] std::string webhook_signature(std::span<const std::string> keys, WebhookStamp stamp,
                                            std::string_view body);

}  // namespace rekindle::io
