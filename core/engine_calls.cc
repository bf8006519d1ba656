// The engine's way to its shards: a function that runs on a shard's thread, and what is done so.
#include <future>

#include "core/customer_thread.h"
#include "core/engine.h"
#include "core/shard.h"
#include "core/shard_scope.h"

namespace rekindle {
namespace {

// Runs a function on a shard's thread and lets the caller wait for its result.
class ShardCall final : public Query {
 public:
  explicit ShardCall(std::function<Result<void>(Shard&)> call) : x_call(std::move(call)) {}
  void run(QueryScope& scope) override {
    x_result = x_call(static_cast<ShardScope&>(scope).shard());
  }
  void on_reply() override { x_done.set_value(x_result); }
  [[nodiscard]] std::future<Result<void>> future() { return x_done.get_future(); }

 private:
  std::function<Result<void>(Shard&)> x_call;
  Result<void> x_result;
  std::promise<Result<void>> x_done;
};

}  // namespace

Result<void> Engine::tick(EventTime now) {
  return on_every_shard([now](Shard& shard) { return shard.tick(now); });
}

// First everything committed is told and counted, then everybody is brought to what came of it.
Result<void> Engine::settle() {
  const auto call = [](Shard& shard) { return shard.settle(); };
  auto told = on_every_shard(call);
  x_customers->catch_up();
  if (!told) return told;
  if (auto brought = on_every_shard(call); !brought) return brought;
  if (auto decided = x_identity->catch_up(); !decided) return decided;
  return x_voices->catch_up();
}

Result<void> Engine::on_shard(size_t shard, const std::function<Result<void>(Shard&)>& call) {
  if (!x_running) return call(*x_shards[shard]);
  ShardCall message(call);
  Inbox::Sender sender(x_shards[shard]->inbox());
  if (auto sent = sender.send(&message, 0); !sent) return sent;
  return message.future().get();
}

Result<void> Engine::on_every_shard(const std::function<Result<void>(Shard&)>& call) {
  Result<void> outcome;
  if (!x_running) {
    for (auto& shard : x_shards) {
      if (auto ticked = call(*shard); !ticked) outcome = ticked;
    }
    return outcome;
  }
  std::vector<std::unique_ptr<ShardCall>> calls;
  std::vector<std::future<Result<void>>> results;
  for (auto& shard : x_shards) {
    calls.push_back(std::make_unique<ShardCall>(call));
    Inbox::Sender sender(shard->inbox());
    if (auto sent = sender.send(calls.back().get(), 0); !sent) {
      outcome = sent;
      continue;
    }
    results.push_back(calls.back()->future());
  }
  for (auto& result : results) {
    if (auto ticked = result.get(); !ticked) outcome = ticked;
  }
  return outcome;
}

}  // namespace rekindle
