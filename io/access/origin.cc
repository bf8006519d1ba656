#include "io/access/origin.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::io {

bool origin_matches(std::string_view pattern, std::string_view origin) {
  const size_t star = pattern.find("*.");
  if (star == std::string_view::npos) return pattern == origin;
  const std::string_view scheme = pattern.substr(0, star);
  const std::string_view rest = pattern.substr(star + 1);  // ".shop.example"
  if (!origin.starts_with(scheme) || !origin.ends_with(rest)) return false;
  if (origin.size() <= scheme.size() + rest.size()) return false;
  // What stands for the star: the name of a host, so no port and no user in front of it.
  const std::string_view host =
      origin.substr(scheme.size(), origin.size() - scheme.size() - rest.size());
  return host.front() != '.' && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool origin_is_allowed(const std::vector<std::string>& patterns, std::string_view origin) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [origin](const std::string& pattern) {
           return origin_matches(pattern, origin);
         });
}

std::string_view origin_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

bool is_origin(std::string_view text) {
  return !text.empty() && text.size() <= limits::kOriginBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace rekindle::io
