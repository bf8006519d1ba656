#include "core/mailbox.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "core/assert.h"

namespace rekindle {

Doorbell::Doorbell() : x_fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  RK_ASSERT(x_fd >= 0);
}

Doorbell::~Doorbell() {
  close(x_fd);
}

void Doorbell::write() {
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the reader is woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(x_fd, &one, sizeof(one));
}

void Doorbell::wait(int64_t timeout_ms) {
  pollfd poll_fd{x_fd, POLLIN, 0};
  const int timeout = timeout_ms > 60'000 ? 60'000 : static_cast<int>(timeout_ms);
  if (poll(&poll_fd, 1, timeout) > 0) drain();
  cancel_sleep();
}

void Doorbell::drain() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(x_fd, &count, sizeof(count));
}

Result<void> Inbox::Sender::send(Message* message, size_t cost_bytes) {
  auto sent = put(message, cost_bytes);
  if (sent) ring();
  return sent;
}

Result<void> Inbox::Sender::put(Message* message, size_t cost_bytes) {
  const auto cost = static_cast<int64_t>(cost_bytes);
  const int64_t before = x_inbox.x_bytes.fetch_add(cost, std::memory_order_relaxed);
  // An empty inbox takes any one message: a request larger than the bound must not starve.
  if (before > 0 && before + cost > x_inbox.x_bytes_max) {
    x_inbox.x_bytes.fetch_sub(cost, std::memory_order_relaxed);
    return Error{ErrorCode::kOverloaded, {}};
  }
  message->x_charged = cost_bytes;
  RK_ASSERT(x_inbox.x_queue.enqueue(x_token, message));
  x_unannounced = true;
  return {};
}

size_t Inbox::take(Message** messages, size_t most) {
  const size_t taken = x_queue.try_dequeue_bulk(x_consumer, messages, most);
  for (size_t i = 0; i < taken; ++i) {
    if (messages[i]->kind() == Message::Kind::kQuery) release(messages[i]->x_charged);
  }
  return taken;
}

void Inbox::release(size_t cost_bytes) {
  x_bytes.fetch_sub(static_cast<int64_t>(cost_bytes), std::memory_order_relaxed);
}

}  // namespace rekindle
