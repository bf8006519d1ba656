#include "io/visitor_cookie.h"

#include <algorithm>

#include "io/access/origin.h"
#include "io/uuid.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kName = "rk_visitor";

bool lies_in(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

std::string_view visitor_in_cookie(const Request& request) {
  const std::string_view known = cookie_value(request.cookie, kName);
  return is_uuid(known) ? known : std::string_view();
}

std::string_view host_of(std::string_view text) {
  if (const size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  if (text.starts_with('[')) return text.substr(0, text.find(']') + 1);  // IPv6
  return text.substr(0, text.find(':'));
}

std::string visitor_cookie(const CookieConfig& config, const Request& request,
                           std::string_view visitor) {
  const std::string_view host = host_of(request.host);
  const std::string_view page =
      host_of(request.origin.empty() ? origin_of(request.referer) : request.origin);
  const auto domain =
      std::find_if(config.domains.begin(), config.domains.end(), [&](const std::string& wanted) {
        return lies_in(host, wanted) && (page.empty() || lies_in(page, wanted));
      });
  const bool has_domain = domain != config.domains.end();
  const bool is_secure = request.is_encrypted || config.secure;
  const bool is_elsewhere = !page.empty() && page != host && !has_domain;
  std::string cookie(kName);
  cookie.append("=").append(visitor).append("; Path=/; Max-Age=31536000; HttpOnly");
  if (has_domain) cookie.append("; Domain=").append(*domain);
  if (is_secure) cookie.append("; Secure");
  cookie.append(is_secure && is_elsewhere ? "; SameSite=None" : "; SameSite=Lax");
  return cookie;
}

}  // namespace rekindle::io
