#include "io/visitor_states.h"

#include <string>
#include <utility>

#include "core/engine.h"
#include "core/query.h"
#include "core/visitor_format.h"

namespace rekindle::io {
namespace {

// The answer in the making; shared by the queries that are under way, changed on the io thread.
struct Reading {
  std::vector<Visitor> states;
  Result<void> outcome;
  size_t outstanding = 0;
  std::function<void(Result<VisitorStates>)> done;

  void finish_one() {
    if (--outstanding > 0) return;
    if (!outcome) return done(outcome.error());
    done(std::make_shared<const std::vector<Visitor>>(std::move(states)));
  }
};

class StateQuery final : public Query {
 public:
  StateQuery(std::shared_ptr<Reading> reading, VisitorKey visitor)
      : x_reading(std::move(reading)), x_visitor(visitor) {}

  // Only bytes leave the shard.
  void run(QueryScope& scope) override {
    if (const Visitor* const known = scope.visitor(x_visitor)) encode_visitor(*known, x_bytes);
  }
  void on_reply() override {
    const std::unique_ptr<StateQuery> self(this);
    if (failed) {
      x_reading->outcome = Error{ErrorCode::kStoreFailed, "the server stopped or is stopping"};
    } else if (!x_bytes.empty()) {
      Visitor& state = x_reading->states.emplace_back();
      state.key = x_visitor;
      if (auto read = decode_visitor(x_bytes, state); !read) x_reading->outcome = read.error();
    }
    x_reading->finish_one();
  }

 private:
  std::shared_ptr<Reading> x_reading;
  VisitorKey x_visitor;
  std::string x_bytes;
};

}  // namespace

Result<void> read_states(IoThread& thread, const std::vector<VisitorKey>& visitors,
                         std::function<void(Result<VisitorStates>)> done) {
  const auto reading = std::make_shared<Reading>();
  reading->done = std::move(done);
  for (const VisitorKey visitor : visitors) {
    const size_t shard = thread.engine().shard_of(visitor);
    if (!thread.ask(shard, std::make_unique<StateQuery>(reading, visitor))) {
      reading->outcome = Error{ErrorCode::kOverloaded, {}};
      break;
    }
    ++reading->outstanding;
  }
  // Those that are on their way tell of it.
  return reading->outstanding == 0 ? reading->outcome : Result<void>();
}

}  // namespace rekindle::io
