// GET /v1/changes and /v1/audiences/{name}/changes: the change feed from a cursor on, with long
// polling. The log is read on the errand thread; a poll that finds nothing waits as a follower and
// reads again when something came.

#include "core/clock.h"
#include "core/limits.h"
#include "io/change_json.h"
#include "io/changes_cursor.h"
#include "io/followers.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kPageDefault = 1'000;
constexpr size_t kReadAtOnce = 1'000;

struct Poll {
  IoThread& thread;
  Reply reply;
  ChangesCursor from;
  AudienceFilter filter;
  size_t limit;
  int64_t wait_until_ms;  // monotonic; 0: answer at once
};

void answer(const Poll& poll, std::string_view changes, const ChangesCursor& cursor, bool more) {
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("changes").append("[").append(changes).append("]");
  object.text("cursor", cursor.text());
  object.boolean("more", more);
  object.close();
  response.body.push_back('\n');
  poll.reply.send(response);
}

void read_page(Poll poll);

// Waits for the first change that the poll wants.
class LongPoll final : public Follower {
 public:
  static void start(Poll poll, const ChangesCursor& cursor) {
    auto* waiting = new LongPoll(std::move(poll), cursor);  // deletes itself when it ends
    if (!waiting->x_poll.thread.followers().add(*waiting)) {
      waiting->x_poll.reply.send(overloaded(503, "too many followers"));
      delete waiting;
    }
  }
  [[nodiscard]] bool has_room() const override { return true; }
  void deliver(std::string_view, size_t) override {
    Poll poll = x_poll;
    poll.wait_until_ms = 0;
    end();
    read_page(std::move(poll));  // again, so that the page keeps to its limit
  }
  void on_sweep(int64_t now_ms) override {
    if (now_ms >= x_poll.wait_until_ms) shut_down();
  }
  void shut_down() override {
    answer(x_poll, {}, cursor(), false);
    end();
  }
  void on_gone(const Error& error) override {
    x_poll.reply.send(problem(error));
    end();
  }

 private:
  LongPoll(Poll poll, const ChangesCursor& cursor)
      : Follower(cursor, poll.filter), x_poll(std::move(poll)) {}
  void end() {
    x_poll.thread.followers().remove(*this);
    delete this;
  }
  Poll x_poll;
};

class PageErrand final : public Errand {
 public:
  explicit PageErrand(Poll poll)
      : x_poll(std::move(poll)), x_cursor(x_poll.from), x_json(x_poll.thread.engine()) {}

  void run() override {
    for (uint32_t p = 0; p < x_cursor.partitions() && x_read && !x_more; ++p) read_partition(p);
  }
  void on_reply() override {
    const std::unique_ptr<PageErrand> self(this);
    if (!x_read) return x_poll.reply.send(problem(x_read.error()));
    const bool waits = x_count == 0 && !x_more && x_poll.wait_until_ms > 0;
    if (!waits || x_poll.thread.is_stopping()) return answer(x_poll, x_changes, x_cursor, x_more);
    LongPoll::start(std::move(x_poll), x_cursor);
  }

 private:
  void read_partition(uint32_t p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    while (!x_more) {
      const size_t most = std::min(kReadAtOnce, x_poll.limit - x_count);
      auto changes = x_poll.thread.engine().read_changes(id, x_cursor[p], most);
      if (!changes) {
        x_read = changes.error();
        return;
      }
      for (const auto& stored : *changes) append(id, stored);
      x_scanned += changes->size();
      const bool ended = changes->size() < most;
      x_more = x_count == x_poll.limit || x_scanned >= limits::kChangesScanMax;
      if (ended) return;
    }
  }
  void append(PartitionId id, const Engine::StoredChange& stored) {
    x_cursor.set(to_index(id), stored.change.seq);
    if (!x_poll.filter.wants(stored.change.audience)) return;
    if (x_count++ > 0) x_changes.push_back(',');
    Change change = stored.change;
    change.visitor_name = stored.visitor_name;
    x_json.append(id, change, x_changes);
  }

  Poll x_poll;
  ChangesCursor x_cursor;
  ChangeJson x_json;
  std::string x_changes;
  size_t x_count = 0;
  size_t x_scanned = 0;
  bool x_more = false;  // the page is full: there may be more right now
  Result<void> x_read;
};

void read_page(Poll poll) {
  IoThread& thread = poll.thread;
  const Reply reply = poll.reply;
  if (!thread.send_errand(std::make_unique<PageErrand>(std::move(poll)))) {
    reply.send(overloaded(503));
  }
}

void changes(Call& call, AudienceFilter filter) {
  const std::string_view query = call.request.query;
  auto from = ChangesCursor::parse(query_parameter(query, "after"), call.thread.engine());
  if (!from) return call.reply.send(problem(from.error()));
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, limits::kChangesPageMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  const auto wait = number_parameter(query, "wait", 0, 0, limits::kLongPollSecondsMax);
  if (!wait) return call.reply.send(problem(wait.error()));
  const int64_t until =
      *wait == 0 ? 0 : monotonic_ns() / 1'000'000 + static_cast<int64_t>(*wait) * 1'000;
  read_page({call.thread, call.reply, *std::move(from), std::move(filter), *limit, until});
}

}  // namespace

void get_changes(Call& call) {
  changes(call, AudienceFilter());
}

void get_audience_changes(Call& call) {
  auto filter = AudienceFilter::make({std::string(call.argument)}, call.thread.engine().rules());
  if (!filter) return call.reply.send(problem(filter.error()));
  changes(call, *std::move(filter));
}

}  // namespace rekindle::io::routes
