// One question to every shard, and what to do when all have answered. Used on one io thread; the
// queries run on the shards. Owns: its queries; deletes itself after the last reply.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/query.h"

namespace rekindle::io {

class FanOut;
class IoThread;

class FanOutQuery : public Query {
 public:
  explicit FanOutQuery(FanOut& fan_out) : x_fan_out(fan_out) {}
  void on_reply() final;

 private:
  FanOut& x_fan_out;
};

class FanOut {
 public:
  using Make = std::function<std::unique_ptr<FanOutQuery>(FanOut&)>;
  using Done = std::function<void(FanOut&)>;

  // `done` is called once, unless an error is returned. Errors: kOverloaded when no shard could be
  // asked; when only some could, done() sees failed().
  [[nodiscard]] static Result<void> ask(IoThread& thread, const Make& make, Done done);

  [[nodiscard]] bool failed() const { return x_failed; }
  // The queries as what they are.
  template <typename T, typename Fn>
  void for_each(Fn&& fn) {
    for (auto& query : x_answered) fn(static_cast<T&>(*query));
  }

 private:
  friend class FanOutQuery;
  explicit FanOut(Done done) : x_done(std::move(done)) {}
  void on_answer(FanOutQuery& query);

  Done x_done;
  std::vector<std::unique_ptr<FanOutQuery>> x_answered;
  size_t x_outstanding = 0;
  bool x_failed = false;
};

}  // namespace rekindle::io
