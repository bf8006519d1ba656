// Going through JSON with simdjson's on-demand parser, which checks only what is visited. For the
// decoders' sources only, because this header pulls in simdjson.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string_view>

// Returns simdjson's error code of an expression from the enclosing function, unless it is SUCCESS.
#define RK_TRY_JSON(expression) \
  if (const simdjson::error_code rk_code = (expression)) return rk_code

namespace rekindle::io {

namespace ondemand = simdjson::ondemand;

// Visits a value to its end. What lies deeper than limits::kJsonDepthMax is passed over unseen and
// makes `too_deep` true.
[[nodiscard]] simdjson::error_code visit(ondemand::value value, size_t depth, bool& too_deep);

// A token without the blanks that follow it.
[[nodiscard]] std::string_view trim_end(std::string_view text);

}  // namespace rekindle::io
