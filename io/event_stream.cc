#include "io/event_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "core/limits.h"
#include "io/changes_reader.h"
#include "io/json_text.h"
#include "io/problem.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Accel-Buffering: no\r\nConnection: close\r\n";
// Readers wait this long before they reconnect, in milliseconds.
constexpr std::string_view kRetry = "retry: 1000\n";
constexpr size_t kKeptBytes = 64 * 1'024;

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
    Engine& engine = x_stream->x_thread.engine();
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
    : x_thread(thread),
      x_stream(std::move(stream)),
      x_filter(std::move(filter)),
      x_written_ms(thread.sweep_ms()) {
  x_thread.counters().event_streams.add();
}

EventStream::~EventStream() {
  x_thread.counters().event_streams_closed.add();
}

void EventStream::start(std::optional<ChangesCursor> from) {
  watch_peer();
  if (!x_thread.send_errand(std::make_unique<StartErrand>(*this, std::move(from)))) {
    refuse(overloaded(503));
  }
}

void EventStream::begin(Result<ChangesCursor> from) {
  if (x_closed || x_ending) return;
  if (!from) return refuse(problem(from.error()));
  x_subscription = std::make_unique<Subscription>(*this, *std::move(from), std::move(x_filter));
  x_out.append(kHead).append(x_thread.date()).append("\r\n").append(kRetry);
  append_id();  // so that a reader who is cut off before the first change knows where it was
  x_out.push_back('\n');
  if (!x_thread.followers().add(*x_subscription)) {
    x_out.clear();
    return refuse(overloaded(503, "too many followers"));
  }
  x_is_following = true;
  x_thread.mark_dirty(*this);
}

void EventStream::refuse(const Response& response) {
  append_response(x_out, response, {.keep_alive = false, .date = x_thread.date()});
  end();
}

// A peer that goes away is noticed by reading.
void EventStream::watch_peer() {
  x_stream.async_read_some(
      asio::buffer(x_ignored),
      [self = boost::intrusive_ptr<EventStream>(this)](error_code error, size_t) {
        if (self->x_closed) return;
        if (error) return self->close();
        self->watch_peer();
      });
}

// --- what is written -----------------------------------------------------------------------------

void EventStream::append_id() {
  x_told = x_subscription->cursor().text();
  x_out.append("id: ").append(x_told).push_back('\n');
}

bool EventStream::Subscription::has_room() const {
  return !x_owner.x_ending &&
         x_owner.x_out.size() + x_owner.x_writing.size() < limits::kSendQueueBytesMax / 2;
}

void EventStream::Subscription::deliver(std::string_view changes, size_t) {
  std::string& out = x_owner.x_out;
  x_owner.append_id();
  out.append("data: {\"changes\":[").append(changes).append("],\"cursor\":");
  append_json_string(out, x_owner.x_told);
  out.append("}\n\n");
  x_owner.x_thread.mark_dirty(x_owner);
}

void EventStream::Subscription::on_gone(const Error& error) {
  EventStream& owner = x_owner;
  std::string body = problem(error).body;
  body.pop_back();  // its line's end
  owner.x_out.append("event: gone\ndata: ").append(body).append("\n\n");
  owner.end();  // may delete this
}

// An id without data moves the reader's Last-Event-ID and nothing else: changes of other audiences
// passed by. A comment keeps the connection alive.
void EventStream::beat() {
  if (x_subscription->cursor().text() != x_told) {
    append_id();
  } else {
    x_out.append(":\n");
  }
  x_out.push_back('\n');
  x_thread.mark_dirty(*this);
}

void EventStream::flush() {
  if (x_closed || !x_writing.empty()) return;
  if (x_out.empty()) {
    if (x_ending) close();
    return;
  }
  x_writing.swap(x_out);
  x_written_ms = x_thread.sweep_ms();
  asio::async_write(
      x_stream, asio::buffer(x_writing),
      [self = boost::intrusive_ptr<EventStream>(this)](error_code error, size_t bytes) {
        if (self->x_closed) return;
        if (error) return self->close();
        self->x_thread.counters().bytes_out.add(bytes);
        self->x_written_ms = self->x_thread.sweep_ms();
        self->x_writing.clear();
        if (self->x_writing.capacity() > kKeptBytes) std::string().swap(self->x_writing);
        self->flush();
      });
}

// --- the end -------------------------------------------------------------------------------------

void EventStream::on_sweep(int64_t now_ms) {
  const int64_t quiet_ms = now_ms - x_written_ms;
  if (!x_writing.empty() && quiet_ms > limits::kIdleTimeoutSeconds * 1'000LL) {
    x_thread.counters().slow_readers.add();
    return close();
  }
  if (x_is_following && x_writing.empty() && quiet_ms > limits::kHeartbeatSeconds * 1'000LL) beat();
}

void EventStream::end() {
  x_ending = true;
  stop_following();
  x_thread.mark_dirty(*this);
}

void EventStream::shut_down() {
  end();
}

void EventStream::stop_following() {
  if (x_is_following) x_thread.followers().remove(*x_subscription);
  x_is_following = false;
}

void EventStream::close() {
  if (x_closed) return;
  x_closed = true;
  stop_following();
  error_code ignored;  // closed is closed
  x_stream.next_layer().shutdown(asio::socket_base::shutdown_both, ignored);
  x_stream.next_layer().close(ignored);
  const boost::intrusive_ptr<EventStream> keep(this);
  x_thread.release(*this);
}

}  // namespace rekindle::io
