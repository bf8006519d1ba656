// Base64 as trackers write it: both alphabets, padding or none. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "io/decoders/text_arena.h"

namespace rekindle::io {

// Nothing when a character is no digit of either alphabet, or a lone digit is left over. A '+' that
// a form turned into a space is taken as the '+' it was.
[[nodiscard]] std::optional<std::string_view> decode_base64(std::string_view text,
                                                            TextArena& arena);

}  // namespace rekindle::io
