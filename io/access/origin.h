// Which pages may use a public key: origins ("https://shop.example:8443") against the patterns of
// its allow-list. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rekindle::io {

// "https://*.shop.example" allows every host below shop.example, not shop.example itself. Nothing
// allows "null", the origin of files and sandboxed frames.
[[nodiscard]] bool origin_matches(std::string_view pattern, std::string_view origin);
// True for an empty list: any page.
[[nodiscard]] bool origin_is_allowed(const std::vector<std::string>& patterns,
                                     std::string_view origin);
// "https://shop.example/cart?x" → "https://shop.example": of a Referer. Empty: it has none.
[[nodiscard]] std::string_view origin_of(std::string_view url);
// What a browser may send as Origin; nothing else is ever echoed into a header.
[[nodiscard]] bool is_origin(std::string_view text);

}  // namespace rekindle::io
