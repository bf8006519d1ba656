// /health/live: the io thread answers. /health/ready: the server should get traffic.

#include "core/engine.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

struct Checks {
  bool store_writable = true;
  bool disk_space = true;
  bool inbox_room = true;
  bool deadlines_on_time = true;
  int64_t deadline_lag_ms = 0;
  uint64_t free_bytes = 0;
  [[nodiscard]] bool all() const {
    return store_writable && disk_space && inbox_room && deadlines_on_time;
  }
};

Checks look(const ServerConfig& config, Engine& engine) {
  Checks checks;
  checks.store_writable = !engine.is_failed();
  if (config.free_bytes) {
    checks.free_bytes = config.free_bytes();
    checks.disk_space = checks.free_bytes >= config.free_bytes_min;
  }
  for (size_t i = 0; i < engine.shards(); ++i) {
    if (engine.inbox(i).is_full()) checks.inbox_room = false;
    const int64_t lag = engine.counters(i).deadline_lag_ms.load(std::memory_order_relaxed);
    checks.deadline_lag_ms = std::max(checks.deadline_lag_ms, lag);
  }
  checks.deadlines_on_time = checks.deadline_lag_ms <= config.deadline_lag_ms_max;
  return checks;
}

}  // namespace

void live(Call& call) {
  Response response;
  response.body = "{\"live\":true}\n";
  call.reply.send(response);
}

void ready(Call& call) {
  const ServerConfig& config = call.thread.parts().config;
  const Checks checks = look(config, call.thread.engine());
  const bool is_ready = checks.all() && !call.thread.is_stopping();
  Response response;
  response.status = is_ready ? 200 : 503;
  JsonObject object(response.body);
  object.boolean("ready", is_ready);
  object.boolean("store_writable", checks.store_writable);
  object.boolean("disk_space", checks.disk_space);
  if (config.free_bytes) object.number("free_bytes", checks.free_bytes);
  object.boolean("inbox_room", checks.inbox_room);
  object.boolean("deadlines_on_time", checks.deadlines_on_time);
  object.number("deadline_lag_ms", checks.deadline_lag_ms);
  object.close();
  response.body.push_back('\n');
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
