#include "io/access/access_config.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::io {
namespace {

constexpr size_t kKeyBytesMin = 8;

bool is_small_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_key_text(const std::string& text) {
  return text.size() >= kKeyBytesMin && text.size() <= limits::kKeyBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_small_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
                  c == '.';
         });
}

bool is_sha256_hex(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_origin_pattern(const std::string& text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) return false;
  if (text.compare(0, scheme, "https") != 0 && text.compare(0, scheme, "http") != 0) return false;
  std::string host = text.substr(scheme + 3);
  if (host.starts_with("*.")) host.erase(0, 2);
  if (const size_t colon = host.find(':'); colon != std::string::npos) {
    const std::string port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5) return false;
    if (port.find_first_not_of("0123456789") != std::string::npos) return false;
    host.resize(colon);
  }
  return !host.empty() && host.front() != '.' && host.back() != '.' &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return is_small_or_digit(c) || c == '-' || c == '.'; });
}

}  // namespace rekindle::io
