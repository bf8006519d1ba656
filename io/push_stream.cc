#include "io/push_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "core/limits.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Accel-Buffering: no\r\nConnection: close\r\n";
constexpr size_t kKeptBytes = 64 * 1'024;

}  // namespace

PushStream::PushStream(IoThread& thread, IoStream stream)
    : x_thread(thread), x_stream(std::move(stream)), x_written_ms(thread.sweep_ms()) {}

void PushStream::watch_peer() {
  x_stream.async_read_some(asio::buffer(x_ignored), [self = boost::intrusive_ptr<PushStream>(this)](
                                                        error_code error, size_t) {
    if (self->x_closed) return;
    if (error) return self->close();
    self->watch_peer();
  });
}

void PushStream::begin_answer() {
  x_has_begun = true;
  x_out.append(kHead).append(x_thread.date()).append("\r\n");
}

void PushStream::refuse(const Response& why) {
  x_out.clear();
  append_response(x_out, why, {.keep_alive = false, .date = x_thread.date()});
  end();
}

void PushStream::beat() {
  x_out.append(":\n\n");
}

void PushStream::send() {
  x_thread.mark_dirty(*this);
}

void PushStream::flush() {
  if (x_closed || !x_writing.empty()) return;
  if (x_out.empty()) {
    if (x_ending) close();
    return;
  }
  x_writing.swap(x_out);
  x_written_ms = x_thread.sweep_ms();
  asio::async_write(
      x_stream, asio::buffer(x_writing),
      [self = boost::intrusive_ptr<PushStream>(this)](error_code error, size_t bytes) {
        if (self->x_closed) return;
        if (error) return self->close();
        self->x_thread.counters().bytes_out.add(bytes);
        self->x_written_ms = self->x_thread.sweep_ms();
        self->x_writing.clear();
        if (self->x_writing.capacity() > kKeptBytes) std::string().swap(self->x_writing);
        self->flush();
      });
}

void PushStream::on_sweep(int64_t now_ms) {
  const int64_t quiet_ms = now_ms - x_written_ms;
  if (!x_writing.empty() && quiet_ms > limits::kIdleTimeoutSeconds * 1'000LL) {
    x_thread.counters().slow_readers.add();
    return close();
  }
  if (!x_has_begun || x_ending || !x_writing.empty()) return;
  if (quiet_ms <= limits::kHeartbeatSeconds * 1'000LL) return;
  beat();
  send();
}

void PushStream::end() {
  x_ending = true;
  stop();
  send();
}

void PushStream::close() {
  if (x_closed) return;
  x_closed = true;
  stop();
  error_code ignored;  // closed is closed
  x_stream.next_layer().shutdown(asio::socket_base::shutdown_both, ignored);
  x_stream.next_layer().close(ignored);
  const boost::intrusive_ptr<PushStream> keep(this);
  x_thread.release(*this);
}

}  // namespace rekindle::io
