#include "io/routes/routes.h"

#include <optional>
#include <string>

#include "core/limits.h"
#include "io/access/origin.h"
#include "io/audit/audit_log.h"
#include "io/http_connection.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

constexpr Need kStream{Scope::kAudiencesRead, Reach::kOneSite, true};
constexpr Need kSocket{Scope::kAnyKey, Reach::kOneSite, true};
constexpr Need kAdmin{Scope::kAdmin, Reach::kAllSites};

constexpr Route kRoutes[] = {
    {Method::kGet, "/pixel.gif", routes::pixel, Scope::kCollect, true, true},
    {Method::kPost, "/v1/events", routes::post_events, Scope::kCollect, true, true},
    {Method::kPost, "/v1/hooks/{}", routes::post_hook, Scope::kSigned},
    {Method::kGet, "/v1/decide", routes::get_decide, Scope::kDecide, true},
    {Method::kPost, "/v1/decide", routes::post_decide, Scope::kDecide, true},
    {Method::kGet, "/v1/catalog", routes::get_catalog, Scope::kDecide},
    {Method::kPut, "/v1/catalog", routes::put_catalog, Scope::kCatalogWrite},
    {Method::kPost, "/v1/catalog", routes::post_catalog, Scope::kCatalogWrite},
    {Method::kGet, "/v1/ws", routes::websocket, kSocket},
    {Method::kGet, "/v1/audiences", routes::list_audiences, Scope::kAudiencesRead},
    {Method::kPost,
     "/v1/audiences/preview",
     routes::post_preview,
     {Scope::kAudiencesRead, Reach::kAllSites}},
    {Method::kGet, "/v1/audiences/{}", routes::get_audience, Scope::kAudiencesRead},
    {Method::kPut,
     "/v1/audiences/{}",
     routes::put_audience,
     {Scope::kAudiencesWrite, Reach::kAllSites}},
    {Method::kDelete,
     "/v1/audiences/{}",
     routes::delete_audience,
     {Scope::kAudiencesWrite, Reach::kAllSites}},
    {Method::kGet, "/v1/audiences/{}/members", routes::get_members, Scope::kAudiencesRead},
    {Method::kGet,
     "/v1/audiences/{}/checksum",
     routes::get_checksum,
     {Scope::kAudiencesRead, Reach::kAllSites}},
    {Method::kGet, "/v1/audiences/{}/changes", routes::get_audience_changes, Scope::kAudiencesRead},
    {Method::kGet, "/v1/audiences/{}/changes/stream", routes::stream_audience_changes, kStream},
    {Method::kGet, "/v1/changes", routes::get_changes, Scope::kAudiencesRead},
    {Method::kGet, "/v1/changes/stream", routes::stream_changes, kStream},
    {Method::kGet, "/v1/visitors/{}", routes::get_visitor, Scope::kVisitorsRead},
    {Method::kGet, "/v1/visitors/{}/explain", routes::get_explanation, Scope::kVisitorsRead},
    {Method::kGet, "/v1/visitors/{}/export", routes::export_visitor, Scope::kVisitorsRead},
    {Method::kDelete, "/v1/visitors/{}", routes::delete_visitor, Scope::kVisitorsWrite},
    {Method::kPost, "/v1/visitors/{}/unmerge", routes::unmerge_visitor, Scope::kVisitorsWrite},
    {Method::kGet, "/v1/identity/decisions", routes::list_decisions, Scope::kVisitorsRead},
    {Method::kPost, "/v1/identity/decisions/{}/unmerge", routes::unmerge_decision, kAdmin},
    {Method::kGet, "/v1/erasures/{}", routes::get_erasure, Scope::kVisitorsWrite},
    {Method::kGet, "/v1/offers", routes::list_offers, {Scope::kReportsRead, Reach::kAllSites}},
    {Method::kGet, "/v1/reports/offers", routes::report_offers, Scope::kReportsRead},
    {Method::kGet,
     "/v1/reports/flow",
     routes::report_flow,
     {Scope::kReportsRead, Reach::kAllSites}},
    {Method::kGet,
     "/v1/reports/sizes",
     routes::report_sizes,
     {Scope::kReportsRead, Reach::kAllSites}},
    {Method::kGet, "/v1/reports/channels", routes::report_channels, Scope::kReportsRead},
    {Method::kGet, "/v1/reports/growth", routes::report_growth, Scope::kReportsRead},
    {Method::kGet, "/v1/reports/retention", routes::report_retention, Scope::kReportsRead},
    {Method::kGet, "/v1/reports/cohorts", routes::report_cohorts, Scope::kReportsRead},
    {Method::kGet,
     "/v1/quarantine",
     routes::list_quarantine,
     {Scope::kQuarantine, Reach::kAllSites}},
    {Method::kGet,
     "/v1/quarantine/counts",
     routes::count_quarantine,
     {Scope::kQuarantine, Reach::kAllSites}},
    {Method::kPost,
     "/v1/quarantine/{}/replay",
     routes::replay_quarantine,
     {Scope::kQuarantine, Reach::kAllSites}},
    {Method::kDelete,
     "/v1/quarantine/{}",
     routes::delete_quarantine,
     {Scope::kQuarantine, Reach::kAllSites}},
    {Method::kGet, "/v1/debug/stream", routes::stream_debug, kAdmin},
    {Method::kPost, "/v1/clock", routes::post_clock, kAdmin},
    {Method::kGet, "/v1/webhooks", routes::list_webhooks, kAdmin},
    {Method::kGet, "/v1/audit", routes::get_audit, kAdmin},
    {Method::kGet, "/health/live", routes::live, Scope::kOpen},
    {Method::kGet, "/health/ready", routes::ready, Scope::kOpen},
    {Method::kGet, "/metrics", routes::metrics, {Scope::kMetrics, Reach::kAllSites}},
};

// The argument goes to `argument`.
bool matches(std::string_view pattern, std::string_view path, std::string_view& argument) {
  const size_t brace = pattern.find("{}");
  if (brace == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, brace);
  const std::string_view after = pattern.substr(brace + 2);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after)) {
    return false;
  }
  argument = path.substr(before.size(), path.size() - before.size() - after.size());
  return argument.find('/') == std::string_view::npos;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kGet: return "GET, HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kDelete: return "DELETE";
    default: return "OPTIONS";
  }
}

// To a browser that asks before it sends; without CORS headers when it may not.
Response options(const std::string& allow, bool may_come) {
  Response response;
  response.status = 204;
  response.headers = "Allow: " + allow + "\r\n";
  if (may_come) {
    response.headers += "Access-Control-Allow-Methods: " + allow +
                        "\r\nAccess-Control-Allow-Headers: Authorization, Content-Encoding, "
                        "Content-Type, X-Write-Key\r\n"
                        "Access-Control-Max-Age: 86400\r\n";
  }
  return response;
}

// What changes more than one visitor's own events is written down.
bool is_audited(const Route& route) {
  const Scope scope = route.need.scope;
  return route.method != Method::kGet &&
         (scope == Scope::kAdmin || scope == Scope::kAudiencesWrite ||
          scope == Scope::kQuarantine || scope == Scope::kVisitorsWrite);
}

// Begins its entry, which is added with the answer.
void audit(const Call& call, const Route& route, std::string_view key) {
  auto entry = std::make_unique<AuditEntry>();
  entry->at = call.thread.engine().clock().now();
  entry->key = key;
  entry->address = call.reply.connection().peer_address();
  const std::string_view method = name_of(route.method);
  entry->method = method;
  entry->path = route.pattern;
  if (route.need.scope != Scope::kVisitorsWrite) {
    entry->subject = call.argument.substr(0, limits::kIdBytesMax);
  }
  call.reply.connection().exchange(call.reply.ticket()).audit = std::move(entry);
}

void enter(Call& call, const Route& route) {
  const Keyring& keyring = call.thread.parts().keyring;
  const Request& request = call.request;
  std::optional<Response> refusal;
  if (!keyring.is_open()) {
    const Engine& engine = call.thread.engine();
    refusal = admit(keyring, request, route.need, engine.sites().all().size(), engine.clock(),
                    call.access);
  }
  if (route.from_browsers && !request.origin.empty()) {
    Exchange& exchange = call.reply.connection().exchange(call.reply.ticket());
    exchange.origin = origin_for(keyring, request, call.access);
    exchange.with_cookie = route.uses_cookie;
  }
  const AccessKey* const key = call.access.key();
  // Nobody without a known key writes here.
  if (is_audited(route) && (keyring.is_open() || key != nullptr)) {
    audit(call, route, key == nullptr ? std::string_view() : std::string_view(key->name));
  }
  if (refusal) return call.reply.send(*refusal);
  route.handler(call);
}

void answer_options(Call& call, const std::string& allow, bool from_browsers, bool uses_cookie) {
  const std::string_view origin = call.request.origin;
  const Keyring& keyring = call.thread.parts().keyring;
  const bool may_come =
      from_browsers && is_origin(origin) && (keyring.is_open() || keyring.some_key_allows(origin));
  if (may_come) {
    Exchange& exchange = call.reply.connection().exchange(call.reply.ticket());
    exchange.origin = origin;
    exchange.with_cookie = uses_cookie;
  }
  call.reply.send(options(allow, may_come));
}

}  // namespace

Reply::Reply(HttpConnection& connection, uint64_t ticket)
    : x_connection(&connection), x_ticket(ticket) {}
Reply::Reply(const Reply&) = default;
Reply::~Reply() = default;

void Reply::send(const Response& response) const {
  x_connection->answer(x_ticket, response);
}

void dispatch(Call call) {
  const Request& request = call.request;
  std::string_view path = request.path;
  const std::string& alias = call.thread.parts().config.pixel_alias;
  if (!alias.empty() && path == alias) path = "/pixel.gif";
  const Method method = request.method == Method::kHead ? Method::kGet : request.method;
  std::string allow;
  bool from_browsers = false;
  bool uses_cookie = false;
  for (const Route& route : kRoutes) {
    if (!matches(route.pattern, path, call.argument)) continue;
    if (route.method == method) return enter(call, route);
    from_browsers = from_browsers || route.from_browsers;
    uses_cookie = uses_cookie || route.uses_cookie;
    allow.append(allow.empty() ? "" : ", ").append(name_of(route.method));
  }
  if (allow.empty() && (routes::serve_page(call) || routes::serve_tracker(call))) return;
  if (allow.empty()) return call.reply.send(problem(404, ErrorCode::kNotFound, "no such path"));
  allow.append(", OPTIONS");
  if (method == Method::kOptions) return answer_options(call, allow, from_browsers, uses_cookie);
  Response response = problem(405);
  response.headers = "Allow: " + allow + "\r\n";
  call.reply.send(response);
}

std::span<const Route> route_table() {
  return kRoutes;
}

const Site* Call::only_site() const {
  return thread.engine().sites().all().size() > 1 ? access.site() : nullptr;
}

Result<const Site*> Call::site() const {
  return access.find_site(query_parameter(request.query, "site"),
                          thread.parts().config.default_site, thread.engine().sites());
}

}  // namespace rekindle::io
