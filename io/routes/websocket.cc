// GET /v1/ws: turns the connection into a WebSocket (io/websocket_connection.h).

#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {

void websocket(Call& call) {
  if (call.request.method != Method::kGet || !call.request.is_upgrade) {
    Response response = problem(426, "this path speaks WebSocket");
    response.headers = "Upgrade: websocket\r\n";
    return call.reply.send(response);
  }
  if (call.thread.is_stopping()) return call.reply.send(overloaded(503, "the server is stopping"));
  if (!call.reply.connection().upgrade()) {
    Response response = problem(400, ErrorCode::kMalformedRequest,
                                "an upgrade comes alone: no body, no requests before it in flight");
    response.close = true;
    call.reply.send(response);
  }
}

}  // namespace rekindle::io::routes
