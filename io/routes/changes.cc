// GET /v1/changes and /v1/audiences/{name}/changes: the change feed from a cursor on, with long
// polling, as JSON or (one audience's) as ad platforms take it. The log is read on the errand
// thread; a poll that finds nothing waits as a follower and reads again when something came.

#include <absl/container/flat_hash_set.h>

#include "core/clock.h"
#include "core/limits.h"
#include "io/change_json.h"
#include "io/changes_cursor.h"
#include "io/changes_reader.h"
#include "io/followers.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/handover.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kPageDefault = 1'000;
constexpr size_t kReadAtOnce = 1'000;

// Whose changes, and in which platform's format.
struct Handover {
  AudienceId audience{};
  std::string name;
  HandoverRequest request;
};

struct Poll {
  IoThread& thread;
  Reply reply;
  ChangesCursor from;
  bool from_begin;  // of what is kept, wherever that is
  AudienceFilter filter;
  size_t limit;
  int64_t wait_until_ms;             // monotonic; 0: answer at once
  std::optional<Handover> handover;  // nothing: JSON
};

// What was found.
struct Page {
  std::string changes;                // JSON
  std::vector<VisitorName> visitors;  // for a hand-over instead: each once
  size_t count = 0;
  bool more = false;  // it is full: there may be more right now
};

void answer(const Poll& poll, Page page, const ChangesCursor& cursor) {
  if (poll.handover) {
    return answer_handover(poll.thread, poll.reply,
                           {poll.handover->audience, poll.handover->name, poll.handover->request,
                            std::move(page.visitors), cursor.text(), page.more});
  }
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("changes").append("[").append(page.changes).append("]");
  object.text("cursor", cursor.text());
  object.boolean("more", page.more);
  object.close();
  response.body.push_back('\n');
  poll.reply.send(response);
}

void read_page(Poll poll);

// Waits for the first change that the poll wants.
class LongPoll final : public Follower {
 public:
  static void start(Poll poll, const ChangesCursor& cursor) {
    poll.from = cursor;  // up to here is nothing that it wants
    poll.from_begin = false;
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
    answer(x_poll, {}, cursor());
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
    if (x_poll.from_begin) find_begin();
    for (uint32_t p = 0; p < x_cursor.partitions() && x_read && !x_page.more; ++p) {
      read_partition(p);
    }
  }
  void on_reply() override {
    const std::unique_ptr<PageErrand> self(this);
    if (!x_read) return x_poll.reply.send(problem(x_read.error()));
    const bool waits = x_page.count == 0 && !x_page.more && x_poll.wait_until_ms > 0;
    if (!waits || x_poll.thread.is_stopping()) return answer(x_poll, std::move(x_page), x_cursor);
    LongPoll::start(std::move(x_poll), x_cursor);
  }

 private:
  void find_begin() {
    auto begin = begin_of_feed(x_poll.thread.engine());
    if (begin) {
      x_cursor = *std::move(begin);
    } else {
      x_read = begin.error();
    }
  }
  void read_partition(uint32_t p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    while (!x_page.more) {
      const size_t most = std::min(kReadAtOnce, x_poll.limit - x_page.count);
      auto changes = read_on(x_poll.thread.engine(), id, x_cursor[p], most);
      if (!changes) {
        x_read = changes.error();
        return;
      }
      for (const auto& stored : *changes) append(id, stored);
      x_scanned += changes->size();
      const bool ended = changes->size() < most;
      x_page.more = x_page.count == x_poll.limit || x_scanned >= limits::kChangesScanMax;
      if (ended) return;
    }
  }
  void append(PartitionId id, const Engine::StoredChange& stored) {
    x_cursor.set(to_index(id), stored.change.seq);
    if (!x_poll.filter.wants(stored.change)) return;
    if (x_poll.handover && is_blank(stored.change)) return;  // nobody's any more
    const bool first = x_page.count++ == 0;
    if (x_poll.handover) {
      if (!x_seen.insert(stored.change.visitor).second) return;
      return x_page.visitors.push_back({stored.change.site, stored.visitor_name});
    }
    if (!first) x_page.changes.push_back(',');
    Change change = stored.change;
    change.visitor_name = stored.visitor_name;
    x_json.append(id, change, x_page.changes);
  }

  Poll x_poll;
  ChangesCursor x_cursor;
  ChangeJson x_json;
  Page x_page;
  absl::flat_hash_set<VisitorKey> x_seen;  // of x_page.visitors
  size_t x_scanned = 0;
  Result<void> x_read;
};

void read_page(Poll poll) {
  IoThread& thread = poll.thread;
  const Reply reply = poll.reply;
  if (!thread.send_errand(std::make_unique<PageErrand>(std::move(poll)))) {
    reply.send(overloaded(503));
  }
}

void changes(Call& call, AudienceFilter filter, std::optional<Handover> handover) {
  const std::string_view query = call.request.query;
  const std::string after = query_parameter(query, "after");
  auto from = ChangesCursor::parse(after, call.thread.engine());
  if (!from) return call.reply.send(problem(from.error()));
  const size_t most = handover ? limits::kHandoverMembersMax : limits::kChangesPageMax;
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, most);
  if (!limit) return call.reply.send(problem(limit.error()));
  const auto wait = number_parameter(query, "wait", 0, 0, limits::kLongPollSecondsMax);
  if (!wait) return call.reply.send(problem(wait.error()));
  const int64_t until =
      *wait == 0 ? 0 : monotonic_ns() / 1'000'000 + static_cast<int64_t>(*wait) * 1'000;
  filter.confine(call.access.site());
  read_page({call.thread, call.reply, *std::move(from), after.empty() || after == "0",
             std::move(filter), *limit, until, std::move(handover)});
}

Error unknown_format(std::string_view formats) {
  return {ErrorCode::kInvalidArgument, "format must be " + std::string(formats)};
}

}  // namespace

void get_changes(Call& call) {
  const std::string format = query_parameter(call.request.query, "format");
  if (!format.empty() && format != "json") {
    return call.reply.send(problem(unknown_format("json; ad platforms take one audience's")));
  }
  changes(call, AudienceFilter(), std::nullopt);
}

void get_audience_changes(Call& call) {
  const Rules rules = call.thread.engine().rules();
  const std::string name(call.argument);
  auto filter = AudienceFilter::make({name}, rules);
  if (!filter) return call.reply.send(problem(filter.error()));
  const std::string format = query_parameter(call.request.query, "format");
  std::optional<Handover> handover;
  if (const AudienceRule* rule = rules.find(name);
      rule != nullptr && HandoverRequest::knows(format)) {
    auto request = HandoverRequest::parse(format, call.request.query);
    if (!request) return call.reply.send(problem(request.error()));
    handover = Handover{rule->id, name, *std::move(request)};
  } else if (!format.empty() && format != "json") {
    return call.reply.send(problem(unknown_format("json, meta, google or google_data_manager")));
  }
  changes(call, *std::move(filter), std::move(handover));
}

}  // namespace rekindle::io::routes
