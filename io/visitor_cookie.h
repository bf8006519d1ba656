// The cookie that names a visitor who has no other name: set by the server, so that scripts cannot
// read it and browsers keep it for its whole year. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "io/cookie_config.h"
#include "io/request.h"

namespace rekindle::io {

// The visitor the request's cookie names; empty: none.
[[nodiscard]] std::string_view visitor_in_cookie(const Request& request);

// The value of Set-Cookie. HttpOnly always. Secure with TLS, or where it is configured. The domain
// that is configured and that both the host asked and the page lie in, else the host alone.
// SameSite=None where the page is of another host outside such a domain, which browsers take with
// Secure only; else Lax.
[[nodiscard]] std::string visitor_cookie(const CookieConfig& config, const Request& request,
                                         std::string_view visitor);

// "https://www.shop.example:8443" or "www.shop.example:8443" → "www.shop.example".
[[nodiscard]] std::string_view host_of(std::string_view origin_or_host);

}  // namespace rekindle::io
