// GET /v1/debug/stream: events as they come in, with what becomes of them
// (io/debug/debug_stream.h).

#include "io/debug/debug_stream.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {

void stream_debug(Call& call) {
  const std::string_view query = call.request.query;
  constexpr uint64_t kEveryMax = 1'000'000;
  const auto every = number_parameter(query, "every", 1, 1, kEveryMax);
  if (!every) return call.reply.send(problem(every.error()));
  DebugFilter filter{query_parameter(query, "site"),    query_parameter(query, "visitor"),
                     query_parameter(query, "type"),    query_parameter(query, "source"),
                     query_parameter(query, "verdict"), *every};
  if (call.request.method != Method::kGet) {
    Response response;
    response.content_type = "text/event-stream";
    return call.reply.send(response);
  }
  if (call.thread.is_stopping()) return call.reply.send(overloaded(503, "the server is stopping"));
  const auto go_on = [filter = std::move(filter)](IoThread& thread, IoStream stream,
                                                  const std::string&) {
    const boost::intrusive_ptr<DebugStream> next(
        new DebugStream(thread, std::move(stream), filter));
    thread.adopt(next);
    next->start();
  };
  if (!call.reply.connection().hand_over(go_on)) {
    Response response = problem(400, ErrorCode::kMalformedRequest,
                                "a stream comes alone: no body, no requests before it in flight");
    response.close = true;
    call.reply.send(response);
  }
}

}  // namespace rekindle::io::routes
