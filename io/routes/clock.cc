// POST /v1/clock: what moves the store's clock, for imports and demonstrations. From this machine
// only, unless the configuration opens it.

#include "core/engine.h"
#include "io/control_frame.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

void answer(const Reply& reply, const Engine& engine) {
  Response response;
  JsonObject object(response.body);
  object.text("mode", engine.clock_mode() == ClockMode::kWall ? "wall" : "events");
  object.close();
  response.body.push_back('\n');
  reply.send(response);
}

// A tick waits for all shards, so it is not the io thread that does.
class ClockErrand final : public Errand {
 public:
  ClockErrand(Engine& engine, const Reply& reply, const ClockBody& body)
      : x_engine(engine), x_reply(reply), x_body(body) {}
  void run() override {
    if (x_body.tick) x_done = x_engine.tick(*x_body.tick);
    if (x_body.settle && x_done) x_done = x_engine.settle();
  }
  void on_reply() override {
    const std::unique_ptr<ClockErrand> self(this);
    if (!x_done) return x_reply.send(problem(x_done.error()));
    answer(x_reply, x_engine);
  }

 private:
  Engine& x_engine;
  Reply x_reply;
  ClockBody x_body;
  Result<void> x_done;
};

}  // namespace

void post_clock(Call& call) {
  IoThread& thread = call.thread;
  if (!call.request.from_loopback && !thread.parts().config.clock_from_anywhere) {
    return call.reply.send(problem(403, "the clock is set from the server's own machine only"));
  }
  const auto body = parse_clock_body(call.request.body);
  if (!body) return call.reply.send(problem(body.error()));
  if (body->mode) thread.engine().set_clock_mode(*body->mode);
  if (!body->tick && !body->settle) return answer(call.reply, thread.engine());
  if (!thread.send_errand(std::make_unique<ClockErrand>(thread.engine(), call.reply, *body))) {
    call.reply.send(overloaded(503));
  }
}

}  // namespace rekindle::io::routes
