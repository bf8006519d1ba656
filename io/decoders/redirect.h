// Where a tracker's redirect may lead: an open one would lend a shop's name to anybody's link.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rekindle::io {

// True for an absolute http or https address, without user information and of printable ASCII only,
// whose host is one of `hosts`, or below one that begins with a dot (".shop.example").
[[nodiscard]] bool may_redirect(std::string_view url, const std::vector<std::string>& hosts);

}  // namespace rekindle::io
