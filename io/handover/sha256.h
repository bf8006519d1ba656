// SHA-256 as the ad platforms take it: 64 lower-case hex digits. Called by the hand-over formats.
// Any thread; each thread keeps one OpenSSL context.
#pragma once

#include <string>
#include <string_view>

namespace rekindle::io {

[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace rekindle::io
