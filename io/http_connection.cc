#include "io/http_connection.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/limits.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr size_t kFirstBufferBytes = 4 * 1'024;
constexpr size_t kBodyBufferBytes = 64 * 1'024;
constexpr size_t kOutBytesMax = 4 * 1'024 * 1'024;  // unread answers: no more requests meanwhile

}  // namespace

HttpConnection::HttpConnection(IoThread& thread, IoStream stream)
    : x_thread(thread), x_stream(std::move(stream)), x_in(kFirstBufferBytes, '\0') {
  error_code error;
  const auto peer = x_stream.next_layer().remote_endpoint(error);
  x_from_loopback = !error && peer.address().is_loopback();
}

HttpConnection::~HttpConnection() {
  x_thread.release_buffer(x_reserved);
  release_body();
}

void HttpConnection::start() {
  arm(limits::kHeaderTimeoutSeconds * 1'000);
  if (x_stream.is_encrypted()) return shake_hands();
  read();
}

// Whoever does not end it in time is closed like any other that says nothing.
void HttpConnection::shake_hands() {
  x_stream.async_handshake([self = boost::intrusive_ptr<HttpConnection>(this)](error_code error) {
    if (self->x_phase == Phase::kClosed) return;
    if (error) {
      self->x_thread.counters().handshakes_failed.add();
      return self->close();
    }
    self->x_is_ready = true;
    self->read();
  });
}

void HttpConnection::arm(int64_t after_ms) {
  x_deadline_ms = x_thread.sweep_ms() + after_ms;
}

// --- reading -------------------------------------------------------------------------------------

bool HttpConnection::can_read() const {
  return !x_reading && !x_last_request && x_phase != Phase::kClosed && !x_exchanges.full() &&
         x_out.size() - x_written < kOutBytesMax;
}

void HttpConnection::read() {
  if (!can_read()) return;
  if (!make_room()) {
    // Not a byte of a full buffer could be taken: a chunk's header that does not end.
    if (x_end == x_in.size() && x_in.size() >= kBodyBufferBytes) {
      return refuse(400, "a chunk's header is too long");
    }
    return refuse(503, "out of buffers");
  }
  x_reading = true;
  x_stream.async_read_some(asio::buffer(x_in.data() + x_end, x_in.size() - x_end),
                           [self = boost::intrusive_ptr<HttpConnection>(this)](
                               error_code error, size_t bytes) { self->on_read(error, bytes); });
}

// Nothing points into the buffer between reads: the header of a request whose body is still coming
// was copied to x_header. So the rest may move.
bool HttpConnection::make_room() {
  if (x_begin > 0) {
    std::memmove(x_in.data(), x_in.data() + x_begin, x_end - x_begin);
    x_end -= x_begin;
    x_begin = 0;
  }
  size_t wanted = x_in.size();
  if (x_phase == Phase::kBody) {
    wanted = kBodyBufferBytes;
  } else if (x_end == x_in.size()) {
    wanted = x_in.size() * 2;
  }
  if (x_end == x_in.size() && x_in.size() >= kBodyBufferBytes) return false;
  if (wanted <= x_in.size()) return true;
  if (!x_thread.reserve_buffer(wanted - x_in.size())) return false;
  x_reserved += wanted - x_in.size();
  x_in.resize(wanted);
  return true;
}

// Bodies up to limits::kBodyBytesMax are bounded by the connections there may be.
bool HttpConnection::make_room_for_body() {
  if (x_body.size() <= std::max(limits::kBodyBytesMax, x_body_reserved)) return true;
  const size_t wanted = x_body.size() - x_body_reserved + limits::kBodyBytesMax;
  if (!x_thread.reserve_buffer(wanted)) return false;
  x_body_reserved += wanted;
  return true;
}

void HttpConnection::release_body() {
  x_thread.release_buffer(x_body_reserved);
  x_body_reserved = 0;
}

std::optional<TakenBody> HttpConnection::take_body() {
  const size_t missing = x_body.size() - std::min(x_body.size(), x_body_reserved);
  if (!x_thread.reserve_buffer(missing)) return std::nullopt;
  TakenBody taken(x_thread, std::move(x_body), std::exchange(x_body_reserved, 0) + missing);
  x_body.clear();
  return taken;
}

void HttpConnection::shrink() {
  if (x_reserved == 0 || x_begin != x_end) return;
  x_thread.release_buffer(x_reserved);
  x_reserved = 0;
  std::string(kFirstBufferBytes, '\0').swap(x_in);
  x_begin = x_end = x_scanned = 0;
}

void HttpConnection::on_read(error_code error, size_t bytes) {
  x_reading = false;
  if (x_phase == Phase::kClosed) return;
  if (error == asio::error::eof) {
    if (x_phase == Phase::kDraining || x_exchanges.empty()) return close();
    x_last_request = true;  // half closed: the peer may still read the answers
    return;
  }
  if (error) return close();
  if (x_phase == Phase::kDraining) {
    if (x_stream.is_encrypted()) return;  // it ends with the peer's goodbye
    x_reading = true;
    return drain();
  }
  x_end += bytes;
  x_thread.counters().bytes_in.add(bytes);
  process();
}

void HttpConnection::process() {
  while (!x_last_request && !x_successor && !x_exchanges.full() && process_one()) {
  }
  if (x_successor) return take_leave();
  x_thread.mark_dirty(*this);
  if (x_reads_after_answer && !x_exchanges.empty() && x_begin == x_end) return;
  x_reads_after_answer = false;
  read();
}

bool HttpConnection::find_header() {
  const std::string_view bytes = unread();
  const size_t from = x_scanned > 3 ? x_scanned - 3 : 0;
  if (bytes.find("\r\n\r\n", from) != std::string_view::npos) return true;
  x_scanned = bytes.size();
  return false;
}

bool HttpConnection::process_one() {
  if (!x_parser) {
    while (x_begin < x_end && (x_in[x_begin] == '\r' || x_in[x_begin] == '\n')) ++x_begin;
    if (x_begin == x_end) return false;
    if (x_phase == Phase::kIdle) {
      x_phase = Phase::kHeader;
      arm(limits::kHeaderTimeoutSeconds * 1'000);
    }
    if (x_in[x_begin] < 'A' || x_in[x_begin] > 'Z') {
      refuse(400, "not an HTTP request");
      return false;
    }
    if (!find_header()) {
      if (unread().size() >= limits::kHeaderBytesMax) refuse(431, "the header is too large");
      return false;
    }
    x_scanned = 0;
    x_header_at = x_begin;
    x_parser.emplace(x_body);
  }
  size_t used = 0;
  const bool had_header = x_parser->has_header();
  const auto state = x_parser->take(unread(), used);
  x_begin += used;
  if (!make_room_for_body()) {
    refuse(503, "out of buffers");
    return false;
  }
  if (state == RequestParser::State::kRefused) {
    refuse(x_parser->status(), x_parser->reason());
    return false;
  }
  if (state == RequestParser::State::kDone) {
    handle_request();
    return true;
  }
  if (!had_header) {
    x_phase = Phase::kBody;
    x_header.assign(x_in, x_header_at, x_begin - x_header_at);
    x_parser->move_views(x_header.data() - (x_in.data() + x_header_at));
    arm(limits::kBodyTimeoutSeconds * 1'000);
    if (x_parser->request().expects_continue && x_body.empty()) {
      Exchange& interim = x_exchanges[x_exchanges.open()];
      interim.bytes = "HTTP/1.1 100 Continue\r\n\r\n";
      interim.done = true;
    }
  }
  return false;
}

void HttpConnection::handle_request() {
  Request request = x_parser->request();
  request.from_loopback = x_from_loopback;
  request.is_encrypted = x_stream.is_encrypted();
  x_thread.counters().requests.add();
  const uint64_t ticket = x_exchanges.open();
  Exchange& exchange = x_exchanges[ticket];
  exchange.head = request.method == Method::kHead;
  exchange.keep_alive = request.keep_alive && !x_thread.is_stopping();
  if (!exchange.keep_alive) x_last_request = true;
  dispatch(Call{x_thread, request, Reply(*this, ticket), {}});
  if (x_successor) return;
  x_parser.reset();
  x_phase = Phase::kIdle;
  arm(limits::kIdleTimeoutSeconds * 1'000);
  if (x_body.capacity() > kBodyBufferBytes) std::string().swap(x_body);
  release_body();
  shrink();
}

bool HttpConnection::hand_over(Successor successor) {
  if (x_exchanges.size() != 1 || x_is_writing || x_written != x_out.size()) return false;
  if (x_phase == Phase::kBody || !x_body.empty()) return false;
  x_successor = std::move(successor);
  return true;
}

void HttpConnection::take_leave() {
  std::string bytes(x_in.data() + x_header_at, x_end - x_header_at);
  x_phase = Phase::kClosed;
  const boost::intrusive_ptr<HttpConnection> keep(this);
  x_thread.release(*this);
  x_thread.counters().connections.add();  // release() counted it as closed
  x_successor(x_thread, std::move(x_stream), std::move(bytes));
}

void HttpConnection::refuse(int status, std::string_view detail) {
  if (x_exchanges.full()) return close();
  x_last_request = true;
  const uint64_t ticket = x_exchanges.open();
  x_exchanges[ticket].keep_alive = false;
  x_thread.counters().requests.add();
  Response response = status == 503   ? overloaded(503, detail)
                      : status == 413 ? problem(413, ErrorCode::kBodyTooLarge, detail)
                      : status == 400 ? problem(400, ErrorCode::kMalformedRequest, detail)
                                      : problem(status, detail);
  answer(ticket, response);
}

}  // namespace rekindle::io
