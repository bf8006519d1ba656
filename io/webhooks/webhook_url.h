// Where a webhook is sent: http://host[:port][/path][?query], or https. Used by cli/ for the
// configuration and by webhook_call. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::io {

struct WebhookUrl {
  bool is_https = false;
  std::string host;          // without the brackets of an IPv6 address
  std::string port = "80";   // digits
  std::string target = "/";  // path and query

  // Errors: kInvalidArgument, with what is wrong. No user name, password or fragment.
  [[nodiscard]] static Result<WebhookUrl> parse(std::string_view text);
  // For people and the Host header: "host", "host:8080", "[::1]:8080".
  [[nodiscard]] std::string authority() const;
  // Without the query, where people put tokens.
  [[nodiscard]] std::string shown() const;
};

}  // namespace rekindle::io
