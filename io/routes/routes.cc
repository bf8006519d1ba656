#include "io/routes/routes.h"

#include <string>

#include "io/http_connection.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

struct Route {
  Method method;
  std::string_view pattern;  // at most one {}: one path segment
  void (*handler)(Call&);
  bool from_browsers = false;  // pages of other sites may call it
};

constexpr Route kRoutes[] = {
    {Method::kGet, "/pixel.gif", routes::pixel, true},
    {Method::kPost, "/v1/events", routes::post_events, true},
    {Method::kGet, "/v1/decide", routes::get_decide, true},
    {Method::kPost, "/v1/decide", routes::post_decide, true},
    {Method::kGet, "/v1/catalog", routes::get_catalog},
    {Method::kPut, "/v1/catalog", routes::put_catalog},
    {Method::kPost, "/v1/catalog", routes::post_catalog},
    {Method::kGet, "/v1/ws", routes::websocket},
    {Method::kGet, "/v1/audiences", routes::list_audiences},
    {Method::kPost, "/v1/audiences/preview", routes::post_preview},
    {Method::kGet, "/v1/audiences/{}", routes::get_audience},
    {Method::kPut, "/v1/audiences/{}", routes::put_audience},
    {Method::kDelete, "/v1/audiences/{}", routes::delete_audience},
    {Method::kGet, "/v1/audiences/{}/members", routes::get_members},
    {Method::kGet, "/v1/audiences/{}/checksum", routes::get_checksum},
    {Method::kGet, "/v1/audiences/{}/changes", routes::get_audience_changes},
    {Method::kGet, "/v1/audiences/{}/changes/stream", routes::stream_audience_changes},
    {Method::kGet, "/v1/changes", routes::get_changes},
    {Method::kGet, "/v1/changes/stream", routes::stream_changes},
    {Method::kGet, "/v1/visitors/{}", routes::get_visitor},
    {Method::kGet, "/v1/visitors/{}/explain", routes::get_explanation},
    {Method::kGet, "/v1/reports/flow", routes::report_flow},
    {Method::kGet, "/v1/reports/sizes", routes::report_sizes},
    {Method::kGet, "/v1/reports/growth", routes::report_growth},
    {Method::kGet, "/v1/reports/retention", routes::report_retention},
    {Method::kGet, "/v1/reports/cohorts", routes::report_cohorts},
    {Method::kGet, "/v1/quarantine", routes::list_quarantine},
    {Method::kPost, "/v1/quarantine/{}/replay", routes::replay_quarantine},
    {Method::kDelete, "/v1/quarantine/{}", routes::delete_quarantine},
    {Method::kPost, "/v1/clock", routes::post_clock},
    {Method::kGet, "/v1/webhooks", routes::list_webhooks},
    {Method::kGet, "/health/live", routes::live},
    {Method::kGet, "/health/ready", routes::ready},
    {Method::kGet, "/metrics", routes::metrics},
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

Response options(const std::string& allow, bool from_browsers) {
  Response response;
  response.status = 204;
  response.headers = "Allow: " + allow + "\r\n";
  if (from_browsers) {
    response.headers += "Access-Control-Allow-Methods: " + allow +
                        "\r\nAccess-Control-Allow-Headers: Content-Type, Content-Encoding\r\n"
                        "Access-Control-Max-Age: 86400\r\n";
  }
  return response;
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
  for (const Route& route : kRoutes) {
    if (!matches(route.pattern, path, call.argument)) continue;
    if (route.from_browsers && !request.origin.empty()) {
      call.reply.connection().exchange(call.reply.ticket()).origin = request.origin;
    }
    if (route.method == method) return route.handler(call);
    from_browsers = from_browsers || route.from_browsers;
    allow.append(allow.empty() ? "" : ", ").append(name_of(route.method));
  }
  if (allow.empty() && routes::serve_tracker(call)) return;
  if (allow.empty()) return call.reply.send(problem(404, ErrorCode::kNotFound, "no such path"));
  allow.append(", OPTIONS");
  if (method == Method::kOptions) return call.reply.send(options(allow, from_browsers));
  Response response = problem(405);
  response.headers = "Allow: " + allow + "\r\n";
  call.reply.send(response);
}

}  // namespace rekindle::io
