// Whole numbers in query strings and paths.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "io/request.h"

namespace rekindle::io {

// Errors: kInvalidArgument: not a number, or outside least … most.
[[nodiscard]] inline Result<uint64_t> parse_number(std::string_view text, std::string_view name,
                                                   uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return Error{ErrorCode::kInvalidArgument, std::string(name) + " must be a whole number from " +
                                                  std::to_string(least) + " to " +
                                                  std::to_string(most)};
  }
  return number;
}

[[nodiscard]] inline Result<uint64_t> number_parameter(std::string_view query,
                                                       std::string_view name, uint64_t absent,
                                                       uint64_t least, uint64_t most) {
  const std::string text = query_parameter(query, name);
  if (text.empty()) return absent;
  return parse_number(text, name, least, most);
}

}  // namespace rekindle::io
