// GET /v1/ws: turns the connection into a WebSocket (io/websocket_connection.h).

#include "core/limits.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/routes.h"
#include "io/websocket_connection.h"

namespace rekindle::io::routes {
namespace {

// Beast reads the request once more and answers it; what follows it are frames.
void go_on(IoThread& thread, IoStream stream, std::string request, const Access& access,
           std::string user_agent) {
  const boost::intrusive_ptr<WebSocketConnection> next(new WebSocketConnection(
      thread, std::move(stream), std::move(request), access, std::move(user_agent)));
  thread.adopt(next);
  next->start();
}

}  // namespace

void websocket(Call& call) {
  if (call.request.method != Method::kGet || !call.request.is_upgrade) {
    Response response = problem(426, "this path speaks WebSocket");
    response.headers = "Upgrade: websocket\r\n";
    return call.reply.send(response);
  }
  if (call.thread.is_stopping()) return call.reply.send(overloaded(503, "the server is stopping"));
  std::string agent(call.request.user_agent.substr(0, limits::kUserAgentBytesMax));
  const auto successor = [access = call.access, agent = std::move(agent)](
                             IoThread& thread, IoStream stream, std::string request) {
    go_on(thread, std::move(stream), std::move(request), access, agent);
  };
  if (!call.reply.connection().hand_over(successor)) {
    Response response = problem(400, ErrorCode::kMalformedRequest,
                                "an upgrade comes alone: no body, no requests before it in flight");
    response.close = true;
    call.reply.send(response);
  }
}

}  // namespace rekindle::io::routes
