#include "io/event_stream.h"

#include "core/limits.h"
#include "io/changes_reader.h"
#include "io/json_text.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

// Readers wait this long before they reconnect, in milliseconds.
constexpr std::string_view kRetry = "retry: 1000\n";

}  // namespace

// Looks whether what comes after the cursor is still kept.
class EventStream::StartErrand final : public Errand {
 public:
  StartErrand(EventStream& stream, std::optional<ChangesCursor> from)
      : x_stream(&stream), x_from(std::move(from)) {}
  void run() override { x_begin = find(); }
  void on_reply() override {
    const std::unique_ptr<StartErrand> self(this);
    x_stream->begin(std::move(x_begin));
  }

 private:
  Result<ChangesCursor> find() {
    Engine& engine = x_stream->thread().engine();
    if (!x_from) return begin_of_feed(engine);
    for (uint32_t p = 0; p < x_from->partitions(); ++p) {
      const PartitionId id{static_cast<uint16_t>(p)};
      if (engine.last_change(id) <= (*x_from)[p]) continue;
      const auto next = read_on(engine, id, (*x_from)[p], 1);
      if (!next) return next.error();
    }
    return *x_from;
  }

  boost::intrusive_ptr<EventStream> x_stream;
  const std::optional<ChangesCursor> x_from;
  Result<ChangesCursor> x_begin = Error{ErrorCode::kOverloaded, {}};
};

EventStream::EventStream(IoThread& thread, IoStream stream, AudienceFilter filter)
    : PushStream(thread, std::move(stream)), x_filter(std::move(filter)) {
  thread.counters().event_streams.add();
}

EventStream::~EventStream() {
  thread().counters().event_streams_closed.add();
}

void EventStream::start(std::optional<ChangesCursor> from) {
  watch_peer();
  if (!thread().send_errand(std::make_unique<StartErrand>(*this, std::move(from)))) {
    refuse(overloaded(503));
  }
}

void EventStream::begin(Result<ChangesCursor> from) {
  if (!is_open()) return;
  if (!from) return refuse(problem(from.error()));
  x_subscription = std::make_unique<Subscription>(*this, *std::move(from), std::move(x_filter));
  begin_answer();
  out().append(kRetry);
  append_id();  // so that a reader who is cut off before the first change knows where it was
  out().push_back('\n');
  if (!thread().followers().add(*x_subscription)) {
    return refuse(overloaded(503, "too many followers"));
  }
  x_is_following = true;
  send();
}

void EventStream::stop() {
  if (x_is_following) thread().followers().remove(*x_subscription);
  x_is_following = false;
}

// --- what is written -----------------------------------------------------------------------------

void EventStream::append_id() {
  x_told = x_subscription->cursor().text();
  out().append("id: ").append(x_told).push_back('\n');
}

bool EventStream::Subscription::has_room() const {
  return x_owner.is_open() && x_owner.waiting_bytes() < limits::kSendQueueBytesMax / 2;
}

void EventStream::Subscription::deliver(std::string_view changes, size_t) {
  std::string& out = x_owner.out();
  x_owner.append_id();
  out.append("data: {\"changes\":[").append(changes).append("],\"cursor\":");
  append_json_string(out, x_owner.x_told);
  out.append("}\n\n");
  x_owner.send();
}

void EventStream::Subscription::on_gone(const Error& error) {
  EventStream& owner = x_owner;
  std::string body = problem(error).body;
  body.pop_back();  // its line's end
  owner.out().append("event: gone\ndata: ").append(body).append("\n\n");
  owner.end();  // may delete this
}

// An id without data moves the reader's Last-Event-ID and nothing else: changes of other audiences
// passed by. A comment keeps the connection alive.
void EventStream::beat() {
  if (x_subscription->cursor().text() == x_told) return PushStream::beat();
  append_id();
  out().push_back('\n');
}

}  // namespace rekindle::io
