// The way out of an HTTP connection: answers in the order of their requests, and its end.
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "io/http_connection.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr size_t kKeptOutBytes = 16 * 1'024;
constexpr int64_t kDrainMs = 2'000;

}  // namespace

ResponseContext HttpConnection::context_of(const Exchange& exchange) const {
  return {exchange.keep_alive, exchange.head, exchange.origin, x_thread.date(),
          exchange.with_cookie};
}

void HttpConnection::count_answer(int status) {
  IoCounters& counters = x_thread.counters();
  (status < 400   ? counters.answers_2xx
   : status < 500 ? counters.answers_4xx
                  : counters.answers_5xx)
      .add();
}

std::string HttpConnection::peer_address() {
  error_code error;
  const auto peer = x_stream.next_layer().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

void HttpConnection::answer(uint64_t ticket, const Response& response) {
  Exchange& exchange = x_exchanges[ticket];
  if (exchange.audit) {  // whether the peer still waits for the answer or not
    exchange.audit->status = response.status;
    x_thread.parts().audit.add(std::move(*exchange.audit));
    exchange.audit.reset();
  }
  if (x_phase == Phase::kClosed) return;
  RK_ASSERT(!exchange.done);
  if (response.close) exchange.keep_alive = false;
  append_response(exchange.bytes, response, context_of(exchange));
  exchange.done = true;
  count_answer(response.status);
  x_thread.mark_dirty(*this);
}

void HttpConnection::answer_pixel(uint64_t ticket, std::string_view ack) {
  if (x_phase == Phase::kClosed) return;
  Exchange& exchange = x_exchanges[ticket];
  RK_ASSERT(!exchange.done);
  append_pixel(exchange.bytes, ack, exchange.cookie, context_of(exchange));
  exchange.done = true;
  count_answer(200);
  x_thread.mark_dirty(*this);
}

void HttpConnection::on_submission(Submission& submission) {
  if (x_phase == Phase::kClosed) return;
  submission.answer(submission, *this);
}

void HttpConnection::flush() {
  if (x_phase == Phase::kClosed || x_phase == Phase::kDraining) return;
  bool ended = false;
  x_exchanges.release([&](Exchange& exchange) {
    x_out.append(exchange.bytes);
    ended = !exchange.keep_alive;
    return !ended;
  });
  if (ended) x_last_request = true;
  write_more();
}

void HttpConnection::write_more() {
  if (x_is_writing) return;
  if (x_written < x_out.size() && !x_stream.is_encrypted()) {
    error_code error;
    const size_t n = x_stream.write_some(
        asio::buffer(x_out.data() + x_written, x_out.size() - x_written), error);
    if (error && error != asio::error::would_block) return close();
    x_written += n;
    x_thread.counters().bytes_out.add(n);
  }
  if (x_written == x_out.size()) return after_write();
  // The socket is full (or wants whole records): hand the rest to the reactor and give the peer
  // time to read it.
  x_writing.assign(x_out, x_written);
  x_out.clear();
  x_written = 0;
  x_is_writing = true;
  arm(limits::kIdleTimeoutSeconds * 1'000);
  asio::async_write(
      x_stream, asio::buffer(x_writing),
      [self = boost::intrusive_ptr<HttpConnection>(this)](error_code error, size_t bytes) {
        self->x_is_writing = false;
        if (self->x_phase == Phase::kClosed) return;
        if (error) return self->close();
        self->x_thread.counters().bytes_out.add(bytes);
        std::string().swap(self->x_writing);
        self->flush();
      });
}

void HttpConnection::after_write() {
  x_out.clear();
  x_written = 0;
  if (x_out.capacity() > kKeptOutBytes) std::string().swap(x_out);
  if (x_last_request && x_exchanges.empty()) return drain();
  if (x_phase == Phase::kIdle && x_exchanges.empty()) arm(limits::kIdleTimeoutSeconds * 1'000);
  if (x_last_request || x_reading) return;
  if (x_reads_after_answer) {
    if (!x_exchanges.empty()) return;
    x_reads_after_answer = false;
    return x_thread.read_next_turn(*this);
  }
  // Reading paused while the pipeline was full; requests may wait in the buffer already.
  if (can_read()) process();
}

// Closing at once would reset the connection when unread bytes wait, and the peer would lose the
// answer. So: say we are done, read until the peer is, or a short while.
void HttpConnection::drain() {
  if (x_phase != Phase::kDraining) {
    x_phase = Phase::kDraining;
    arm(kDrainMs);
    if (x_stream.is_encrypted()) return say_goodbye();
    error_code error;
    x_stream.next_layer().shutdown(asio::socket_base::shutdown_send, error);
    if (error) return close();
    if (x_reading) return;  // that read goes on as the draining one
  }
  x_reading = true;
  x_stream.async_read_some(asio::buffer(x_in.data(), x_in.size()),
                           [self = boost::intrusive_ptr<HttpConnection>(this)](
                               error_code error, size_t bytes) { self->on_read(error, bytes); });
}

void HttpConnection::say_goodbye() {
  if (!x_is_ready) return close();  // the handshake goes on
  x_stream.async_shutdown([self = boost::intrusive_ptr<HttpConnection>(this)](error_code) {
    if (self->x_phase != Phase::kClosed) self->close();
  });
}

void HttpConnection::close() {
  if (x_phase == Phase::kClosed) return;
  x_phase = Phase::kClosed;
  error_code ignored;  // closed is closed
  x_stream.next_layer().close(ignored);
  const boost::intrusive_ptr<HttpConnection> keep(this);
  x_thread.release(*this);
}

void HttpConnection::on_sweep(int64_t now_ms) {
  if (std::exchange(x_reads_after_answer, false)) read();
  if (now_ms < x_deadline_ms || x_phase == Phase::kClosed) return;
  const bool waits_for_us = !x_exchanges.empty() && !x_is_writing;
  if (waits_for_us && x_phase == Phase::kIdle) return;  // a long poll, or a slow commit
  if (x_phase == Phase::kIdle || x_phase == Phase::kDraining || x_is_writing) return close();
  x_thread.counters().timeouts.add();
  refuse(408, x_phase == Phase::kHeader ? "the header took too long" : "the body took too long");
  x_phase = Phase::kIdle;
}

void HttpConnection::shut_down() {
  if (x_phase == Phase::kClosed || x_phase == Phase::kDraining) return;
  x_last_request = true;
  if (x_exchanges.empty() && x_written == x_out.size() && !x_is_writing) drain();
}

}  // namespace rekindle::io
