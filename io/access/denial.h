// Why somebody was not let in, as answers say it. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "io/responses.h"

namespace rekindle::io {

enum class Denial : uint8_t {
  kNone,
  kUnauthorized,  // no key, or one that is not known: 401
  kForbidden,     // the key does not allow this: 403
  kRateLimited,   // the key has used up what it may use for now: 429
};

[[nodiscard]] std::string_view name_of(Denial denial);  // "unauthorized", …
// A problem document (RFC 9457) with the status that suits it. REQUIRES: not kNone.
[[nodiscard]] Response problem(Denial denial, std::string_view detail = {});
// {"code","title","detail"} for a WebSocket's frame.
void append_denial(std::string& out, Denial denial, std::string_view detail);

}  // namespace rekindle::io
