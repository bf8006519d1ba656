#include "io/fan_out.h"

#include "io/io_thread.h"

namespace rekindle::io {

void FanOutQuery::on_reply() {
  x_fan_out.on_answer(*this);
}

Result<void> FanOut::ask(IoThread& thread, const Make& make, Done done) {
  std::unique_ptr<FanOut> fan_out(new FanOut(std::move(done)));
  for (size_t shard = 0; shard < thread.engine().shards(); ++shard) {
    if (thread.ask(shard, make(*fan_out))) {
      ++fan_out->x_outstanding;
    } else {
      fan_out->x_failed = true;
    }
  }
  if (fan_out->x_outstanding == 0) return Error{ErrorCode::kOverloaded, {}};
  static_cast<void>(fan_out.release());  // the last answer takes it back
  return {};
}

void FanOut::on_answer(FanOutQuery& query) {
  x_answered.emplace_back(&query);
  x_failed = x_failed || query.failed;
  if (--x_outstanding > 0) return;
  const std::unique_ptr<FanOut> self(this);
  x_done(*this);
}

}  // namespace rekindle::io
