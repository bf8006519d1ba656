// Whether a request was signed by who has the secret, and lately: HMAC-SHA256, compared in constant
// time. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "io/hooks/hook_config.h"
#include "io/request.h"

namespace rekindle::io {

// What a signature covers names the message: the same bytes sent again have the same name, so their
// events count once. Errors: kInvalidArgument, in words that say nothing of the secret.
[[nodiscard]] Result<std::string> verify_hook(const HookConfig& config, const HeaderFields& headers,
                                              std::string_view body, WallTime now);

// The value of the first header of that name, in any case; empty when absent.
[[nodiscard]] std::string_view header_value(const HeaderFields& headers, std::string_view name);

}  // namespace rekindle::io
