// GET /v1/changes/stream and /v1/audiences/{name}/changes/stream: the change feed as an event
// stream (io/event_stream.h).

#include "io/event_stream.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// Nothing: from the beginning. What the browser's EventSource remembers wins over the parameter,
// which stays in its URL.
Result<std::optional<ChangesCursor>> place_of(const Call& call) {
  std::string after(call.request.last_event_id);
  if (after.empty()) after = query_parameter(call.request.query, "after");
  if (after == "0") return std::optional<ChangesCursor>();
  auto cursor = ChangesCursor::parse(after.empty() ? "now" : after, call.thread.engine());
  if (!cursor) return cursor.error();
  return std::optional(*std::move(cursor));
}

void stream(Call& call, const Result<AudienceFilter>& filter) {
  if (!filter) return call.reply.send(problem(filter.error()));
  auto from = place_of(call);
  if (!from) return call.reply.send(problem(from.error()));
  if (call.request.method != Method::kGet) {
    Response response;
    response.content_type = "text/event-stream";
    return call.reply.send(response);
  }
  if (call.thread.is_stopping()) return call.reply.send(overloaded(503, "the server is stopping"));
  AudienceFilter wanted = *filter;
  wanted.confine(call.access.site());
  const auto go_on = [from = *std::move(from), wanted](IoThread& thread, IoStream stream,
                                                       const std::string&) {
    const boost::intrusive_ptr<EventStream> next(
        new EventStream(thread, std::move(stream), wanted));
    thread.adopt(next);
    next->start(from);
  };
  if (!call.reply.connection().hand_over(go_on)) {
    Response response = problem(400, ErrorCode::kMalformedRequest,
                                "a stream comes alone: no body, no requests before it in flight");
    response.close = true;
    call.reply.send(response);
  }
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    names.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return names;
}

}  // namespace

void stream_changes(Call& call) {
  const std::string list = query_parameter(call.request.query, "audiences");
  if (list.empty()) return stream(call, AudienceFilter());
  stream(call, AudienceFilter::make(names_in(list), call.thread.engine().rules()));
}

void stream_audience_changes(Call& call) {
  stream(call, AudienceFilter::make({std::string(call.argument)}, call.thread.engine().rules()));
}

}  // namespace rekindle::io::routes
