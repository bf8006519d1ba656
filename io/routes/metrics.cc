// GET /metrics: Prometheus text format.

#include "io/metrics.h"

#include "io/http_connection.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {

void metrics(Call& call) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = call.thread.parts().metrics.text();
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
