#include "io/debug/debug_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>

#include "core/limits.h"
#include "io/problem.h"
#include "io/responses.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Accel-Buffering: no\r\nConnection: close\r\n";
constexpr auto kRhythm = std::chrono::milliseconds(100);

}  // namespace

DebugStream::DebugStream(IoThread& thread, IoStream stream, DebugFilter filter)
    : x_thread(thread),
      x_stream(std::move(stream)),
      x_timer(x_stream.get_executor()),
      x_watcher(std::move(filter)),
      x_written_ms(thread.sweep_ms()) {}

DebugStream::~DebugStream() {
  stop_watching();
}

void DebugStream::start() {
  watch_peer();
  x_is_watching = x_thread.parts().debug.add(x_watcher);
  if (x_is_watching) {
    x_out.append(kHead).append(x_thread.date()).append("\r\n:\n\n");
    look_later();
  } else {
    append_response(x_out, overloaded(503, "as many watch as may"),
                    {.keep_alive = false, .date = x_thread.date()});
    x_ending = true;
  }
  x_thread.mark_dirty(*this);
}

// A peer that goes away is noticed by reading.
void DebugStream::watch_peer() {
  x_stream.async_read_some(
      asio::buffer(x_ignored),
      [self = boost::intrusive_ptr<DebugStream>(this)](error_code error, size_t) {
        if (self->x_closed) return;
        if (error) return self->close();
        self->watch_peer();
      });
}

void DebugStream::look_later() {
  x_timer.expires_after(kRhythm);
  x_timer.async_wait([self = boost::intrusive_ptr<DebugStream>(this)](error_code error) {
    if (error || self->x_closed || self->x_ending) return;
    self->look();
    self->look_later();
  });
}

void DebugStream::look() {
  if (!x_out.empty()) return;  // the reader is slower than what comes
  const uint64_t missed = x_thread.parts().debug.take(x_watcher, x_out);
  if (missed > 0) {
    x_out.append("event: missed\ndata: {\"missed\":").append(std::to_string(missed));
    x_out.append("}\n\n");
  }
  if (!x_out.empty()) x_thread.mark_dirty(*this);
}

void DebugStream::flush() {
  if (x_closed || !x_writing.empty()) return;
  if (x_out.empty()) {
    if (x_ending) close();
    return;
  }
  x_writing.swap(x_out);
  x_written_ms = x_thread.sweep_ms();
  asio::async_write(
      x_stream, asio::buffer(x_writing),
      [self = boost::intrusive_ptr<DebugStream>(this)](error_code error, size_t bytes) {
        if (self->x_closed) return;
        if (error) return self->close();
        self->x_thread.counters().bytes_out.add(bytes);
        self->x_written_ms = self->x_thread.sweep_ms();
        std::string().swap(self->x_writing);
        self->flush();
      });
}

void DebugStream::on_sweep(int64_t now_ms) {
  const int64_t quiet_ms = now_ms - x_written_ms;
  if (!x_writing.empty() && quiet_ms > limits::kIdleTimeoutSeconds * 1'000LL) {
    x_thread.counters().slow_readers.add();
    return close();
  }
  if (x_is_watching && x_writing.empty() && quiet_ms > limits::kHeartbeatSeconds * 1'000LL) {
    x_out.append(":\n\n");
    x_thread.mark_dirty(*this);
  }
}

void DebugStream::shut_down() {
  x_ending = true;
  stop_watching();
  x_timer.cancel();
  x_thread.mark_dirty(*this);
}

void DebugStream::stop_watching() {
  if (x_is_watching) x_thread.parts().debug.remove(x_watcher);
  x_is_watching = false;
}

void DebugStream::close() {
  if (x_closed) return;
  x_closed = true;
  stop_watching();
  x_timer.cancel();
  error_code ignored;  // closed is closed
  x_stream.next_layer().shutdown(asio::socket_base::shutdown_both, ignored);
  x_stream.next_layer().close(ignored);
  const boost::intrusive_ptr<DebugStream> keep(this);
  x_thread.release(*this);
}

}  // namespace rekindle::io
