#include "io/webhooks/webhook_url.h"

#include <algorithm>
#include <charconv>

namespace rekindle::io {
namespace {

Error wrong(const char* what) {
  return {ErrorCode::kInvalidArgument, what};
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1 &&
         number <= 65'535;
}

}  // namespace

Result<WebhookUrl> WebhookUrl::parse(std::string_view text) {
  WebhookUrl url;
  url.is_https = text.starts_with("https://");
  if (!url.is_https && !text.starts_with("http://")) {
    return wrong("a URL begins with http:// or https://");
  }
  if (url.is_https) url.port = "443";
  if (!is_printable(text)) return wrong("a URL has no blanks or letters beyond ASCII");
  if (text.find('#') != std::string_view::npos) return wrong("a URL here has no #fragment");
  text.remove_prefix(url.is_https ? 8 : 7);
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, end);
  if (end < text.size()) url.target = (text[end] == '?' ? "/" : "") + std::string(text.substr(end));
  if (authority.find('@') != std::string_view::npos) {
    return wrong("a URL here has no user name or password: messages are signed instead");
  }
  size_t host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (host_end == std::string_view::npos) return wrong("the URL's IPv6 address lacks its ]");
    url.host = authority.substr(1, host_end - 1);
    ++host_end;
  } else {
    host_end = std::min(host_end, authority.size());
    url.host = authority.substr(0, host_end);
  }
  if (url.host.empty()) return wrong("the URL lacks its host");
  authority.remove_prefix(host_end);
  if (authority.empty()) return url;
  if (authority.front() != ':' || !is_port(authority.substr(1))) {
    return wrong("the URL's port is a number from 1 to 65535");
  }
  url.port = authority.substr(1);
  return url;
}

std::string WebhookUrl::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (is_https ? "443" : "80")) text += ":" + port;
  return text;
}

std::string WebhookUrl::shown() const {
  return (is_https ? "https://" : "http://") + authority() + target.substr(0, target.find('?'));
}

}  // namespace rekindle::io
