// Errors as application/problem+json (RFC 9457). Pure functions, any thread.
#pragma once

#include <string_view>

#include "core/error.h"
#include "io/responses.h"

namespace rekindle::io {

// {"type":"urn:rekindle:problem:<code>","title","status","detail","code"}; title is describe(code).
[[nodiscard]] Response problem(int status, ErrorCode code, std::string_view detail = {});
// With the status that suits the error: 400, 404, 413, 429/503, 507, 500.
[[nodiscard]] Response problem(const Error& error);
// For what no ErrorCode names: 405, 408, 431, …; title is the status' phrase.
[[nodiscard]] Response problem(int status, std::string_view detail = {});
// kOverloaded with Retry-After: 1.
[[nodiscard]] Response overloaded(int status, std::string_view detail = {});

}  // namespace rekindle::io
