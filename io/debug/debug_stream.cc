#include "io/debug/debug_stream.h"

#include <chrono>

#include "io/problem.h"

namespace rekindle::io {
namespace {

constexpr auto kRhythm = std::chrono::milliseconds(100);

}  // namespace

DebugStream::DebugStream(IoThread& thread, IoStream stream, DebugFilter filter)
    : PushStream(thread, std::move(stream)),
      x_timer(this->stream().get_executor()),
      x_watcher(std::move(filter)) {}

DebugStream::~DebugStream() {
  DebugStream::stop();
}

void DebugStream::start() {
  watch_peer();
  x_is_watching = thread().parts().debug.add(x_watcher);
  if (!x_is_watching) return refuse(overloaded(503, "as many watch as may"));
  begin_answer();
  out().append(":\n\n");
  look_later();
  send();
}

void DebugStream::look_later() {
  x_timer.expires_after(kRhythm);
  x_timer.async_wait(
      [self = boost::intrusive_ptr<DebugStream>(this)](boost::system::error_code error) {
        if (error || !self->is_open()) return;
        self->look();
        self->look_later();
      });
}

void DebugStream::look() {
  if (!out().empty()) return;  // the reader is slower than what comes
  const uint64_t missed = thread().parts().debug.take(x_watcher, out());
  if (missed > 0) {
    out().append("event: missed\ndata: {\"missed\":").append(std::to_string(missed));
    out().append("}\n\n");
  }
  if (!out().empty()) send();
}

void DebugStream::stop() {
  if (x_is_watching) thread().parts().debug.remove(x_watcher);
  x_is_watching = false;
  x_timer.cancel();
}

}  // namespace rekindle::io
