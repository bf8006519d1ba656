// The resources of the HTTP interface: which path and method is served by which function. One file
// a resource; docs/openapi.yaml describes them to clients.
//
// A handler runs on the io thread and answers at once or later, exactly once, through the reply.
#pragma once

#include <boost/intrusive_ptr.hpp>

#include <span>
#include <string_view>

#include "io/access/gate.h"
#include "io/request.h"
#include "io/responses.h"

namespace rekindle::io {

class HttpConnection;
class IoThread;

// One answer that is owed. Copyable; used on its io thread; may outlive the connection.
class Reply {
 public:
  Reply(HttpConnection& connection, uint64_t ticket);
  Reply(const Reply&);
  Reply& operator=(const Reply&) = delete;
  ~Reply();

  void send(const Response& response) const;
  [[nodiscard]] HttpConnection& connection() const { return *x_connection; }
  [[nodiscard]] uint64_t ticket() const { return x_ticket; }

 private:
  boost::intrusive_ptr<HttpConnection> x_connection;
  uint64_t x_ticket;
};

struct Call {
  IoThread& thread;
  const Request& request;  // until the handler returns
  Reply reply;
  std::string_view argument;  // what stands for {} in the pattern, as sent
  Access access{};            // who asks

  // The site whose visitors alone may be shown, when there are others; null: all may.
  [[nodiscard]] const Site* only_site() const;
  // The site that ?site= means to who asks. Errors: kUnknownSite.
  [[nodiscard]] Result<const Site*> site() const;
};

// No route is without its need: leaving it out does not compile.
struct Route {
  Method method;
  std::string_view pattern;  // at most one {}: one path segment
  void (*handler)(Call&);
  Need need;
  bool from_browsers = false;  // pages of other origins may call it
  bool uses_cookie = false;    // … with the visitor's cookie
};
[[nodiscard]] std::span<const Route> route_table();

// Finds the handler, lets in who may go there, and calls it; or answers 401, 403, 404, 405, 429 or
// (for OPTIONS) 204.
void dispatch(Call call);

namespace routes {
// False: the path is no tracker's, and nothing was answered.
[[nodiscard]] bool serve_tracker(Call& call);
// False: the path is no page's, and nothing was answered.
[[nodiscard]] bool serve_page(Call& call);
void pixel(Call& call);
void post_events(Call& call);
void post_hook(Call& call);
void websocket(Call& call);
void list_audiences(Call& call);
void get_audience(Call& call);
void put_audience(Call& call);
void delete_audience(Call& call);
void post_preview(Call& call);
void get_members(Call& call);
void get_checksum(Call& call);
void get_audience_changes(Call& call);
void get_changes(Call& call);
void stream_changes(Call& call);
void stream_audience_changes(Call& call);
void get_visitor(Call& call);
void get_explanation(Call& call);
void get_catalog(Call& call);
void put_catalog(Call& call);
void post_catalog(Call& call);
void export_visitor(Call& call);
void unmerge_visitor(Call& call);
void list_decisions(Call& call);
void unmerge_decision(Call& call);
void delete_visitor(Call& call);
void get_erasure(Call& call);
void get_decide(Call& call);
void post_decide(Call& call);
void list_offers(Call& call);
void report_offers(Call& call);
void report_flow(Call& call);
void report_sizes(Call& call);
void report_channels(Call& call);
void report_growth(Call& call);
void report_retention(Call& call);
void report_cohorts(Call& call);
void list_quarantine(Call& call);
void replay_quarantine(Call& call);
void delete_quarantine(Call& call);
void count_quarantine(Call& call);
void stream_debug(Call& call);
void post_clock(Call& call);
void list_webhooks(Call& call);
void get_audit(Call& call);
void live(Call& call);
void ready(Call& call);
void metrics(Call& call);
}  // namespace routes

}  // namespace rekindle::io
