// SHA-256, plain as the ad platforms take it, and keyed (HMAC). Any thread; each thread keeps one
// OpenSSL context.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace rekindle {

using Sha256 = std::array<unsigned char, 32>;

[[nodiscard]] std::string sha256_hex(std::string_view text);  // 64 lower-case hex digits
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view text);
// From the system's source of randomness.
[[nodiscard]] Sha256 random_key();

}  // namespace rekindle
