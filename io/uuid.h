// Names for visitors who bring none. Any thread.
#pragma once

#include <array>
#include <string_view>

namespace rekindle::io {

inline constexpr size_t kUuidBytes = 36;

// A random version 4 UUID (RFC 9562).
[[nodiscard]] std::array<char, kUuidBytes> new_uuid();
// Only what new_uuid() gives: it goes into query strings and headers as it is.
[[nodiscard]] bool is_uuid(std::string_view text);

}  // namespace rekindle::io
