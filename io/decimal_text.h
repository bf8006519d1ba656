// Numbers as JSON and CSV files write them, turned into the plain decimals money is read from.
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rekindle::io {

// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
[[nodiscard]] bool is_json_number(std::string_view text);

// "1.25e2" → "125", "4e-2" → "0.04", exactly; nothing when `text` is no number or its plain form
// has more than 40 digits. Text without an exponent comes back as it is.
[[nodiscard]] std::optional<std::string> expand_exponent(std::string_view text);

}  // namespace rekindle::io
