#include "io/consent/request_signals.h"

namespace rekindle::io {
namespace {

// TC strings need no escaping.
std::string_view plain_parameter(std::string_view query, std::string_view name_and_equals) {
  for (size_t at = 0; (at = query.find(name_and_equals, at)) != std::string_view::npos; ++at) {
    if (at > 0 && query[at - 1] != '&') continue;
    const std::string_view value = query.substr(at + name_and_equals.size());
    return value.substr(0, value.find('&'));
  }
  return {};
}

}  // namespace

ConsentSignals consent_signals(const Request& request) {
  ConsentSignals signals{request.gpc, request.dnt, {}};
  signals.tcf = plain_parameter(request.query, "gdpr_consent=");
  if (signals.tcf.empty() && !request.cookie.empty()) {
    signals.tcf = cookie_value(request.cookie, "euconsent-v2");
  }
  return signals;
}

}  // namespace rekindle::io
