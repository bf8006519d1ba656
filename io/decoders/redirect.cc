#include "io/decoders/redirect.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::io {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// Empty when the address is none we would send anybody to.
std::string host_of(std::string_view url) {
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; };
  if (url.size() > limits::kUrlBytesMax || !std::all_of(url.begin(), url.end(), is_plain)) {
    return {};
  }
  const std::string scheme = lower(url.substr(0, 8));
  if (scheme.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (scheme.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return {};
  }
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return {};
  return lower(authority.substr(0, authority.find(':')));
}

}  // namespace

bool may_redirect(std::string_view url, const std::vector<std::string>& hosts) {
  const std::string host = host_of(url);
  return !host.empty() && std::any_of(hosts.begin(), hosts.end(), [&](const std::string& allowed) {
    return host == allowed || (allowed.starts_with('.') && host.ends_with(allowed));
  });
}

}  // namespace rekindle::io
