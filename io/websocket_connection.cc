#include "io/websocket_connection.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/option.hpp>

#include "core/limits.h"
#include "io/verdict.h"

namespace rekindle::io {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

constexpr int64_t kHandshakeMs = 10'000;
constexpr int64_t kCloseMs = 3'000;
constexpr size_t kKeptFrameBytes = 256 * 1'024;

}  // namespace

WebSocketConnection::WebSocketConnection(IoThread& thread, IoStream stream, std::string request,
                                         const Access& access, std::string user_agent)
    : x_thread(thread),
      x_stream(std::move(stream)),
      x_access(access),
      x_user_agent(std::move(user_agent)),
      x_request(std::move(request)) {
  x_thread.counters().websockets.add();
  auto timeout = websocket::stream_base::timeout::suggested(boost::beast::role_type::server);
  timeout.idle_timeout = std::chrono::seconds(limits::kIdleTimeoutSeconds);
  timeout.keep_alive_pings = true;
  x_stream.set_option(timeout);
  x_stream.set_option(websocket::permessage_deflate{});  // off
  x_stream.read_message_max(limits::kFrameBytesMax);
  x_stream.auto_fragment(false);
  x_stream.text(true);
}

WebSocketConnection::~WebSocketConnection() {
  x_thread.counters().websockets_closed.add();
}

void WebSocketConnection::start() {
  x_deadline_ms = x_thread.sweep_ms() + kHandshakeMs;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<uint32_t>(limits::kHeaderBytesMax));
  Error error;
  const size_t used = parser.put(asio::buffer(x_request), error);
  // Frames before the handshake is answered are against the protocol.
  if (error || !parser.is_done() || used != x_request.size()) return close_now();
  std::string().swap(x_request);
  x_stream.async_accept(parser.get(),
                        [self = boost::intrusive_ptr<WebSocketConnection>(this)](Error failed) {
                          if (self->x_closed) return;
                          if (failed) return self->close_now();
                          self->x_is_open = true;
                          self->x_deadline_ms = 0;
                          if (self->x_stopping) return self->begin_close(Code::going_away, "");
                          self->read();
                        });
}

// --- frames in -----------------------------------------------------------------------------------

void WebSocketConnection::read() {
  if (!x_is_open || x_reading || x_waiting_for_room || x_stopping || x_closing || x_closed) return;
  // Both end with a flush, which comes back here.
  if (x_answers.size() >= limits::kFramesInFlightMax) return;
  if (x_queue_bytes >= limits::kSendQueueBytesMax / 2) return;
  if (x_thread.is_backed_up()) {
    x_waiting_for_room = true;
    return x_thread.resume_later(*this);
  }
  x_reading = true;
  x_stream.async_read(x_frame, [self = boost::intrusive_ptr<WebSocketConnection>(this)](
                                   Error error, size_t) { self->on_frame(error); });
}

void WebSocketConnection::resume_reading() {
  x_waiting_for_room = false;
  read();
}

void WebSocketConnection::on_frame(Error error) {
  x_reading = false;
  if (x_closed) return;
  if (error) {  // closed by the peer, or Beast has sent the close that suits the fault
    if (!x_closing) close_now();
    return;
  }
  if (x_stopping || x_closing) return;
  ++x_frames;
  x_thread.counters().frames.add();
  const auto bytes = x_frame.cdata();
  const std::string_view frame(static_cast<const char*>(bytes.data()), bytes.size());
  x_thread.counters().bytes_in.add(frame.size());
  if (const Denial denial = x_access.take_one(x_thread.engine().clock()); denial != Denial::kNone) {
    deny(x_answers.open(), denial, {});
  } else if (is_control_frame(frame)) {
    const auto control = parse_control_frame(frame);
    if (control) {
      take_control(*control);
    } else {
      reject(x_answers.open(), control.error());
    }
  } else {
    take_events(frame);
  }
  const size_t size = x_frame.size();
  x_frame.consume(size);
  if (x_frame.capacity() > kKeptFrameBytes && size < kKeptFrameBytes / 2) x_frame.shrink_to_fit();
  read();
}

void WebSocketConnection::take_events(std::string_view frame) {
  const uint64_t ticket = x_answers.open();
  if (!allows(Scope::kCollect, ticket)) return;
  Submission& submission = x_thread.new_submission("websocket");
  if (const Site* const site = x_access.site()) x_thread.intake().confine(*site);
  x_thread.intake().hear_agent(x_user_agent, false);
  const auto decoded = x_thread.json().decode(frame, x_frame.capacity(), x_thread.intake());
  if (!decoded) {
    x_thread.drop(submission);
    return reject(ticket, decoded.error());
  }
  x_access.count_events(x_thread.intake().seen(), x_thread.engine().clock());
  submission.receiver = this;
  submission.ticket = ticket;
  submission.waits_for_room = true;
  x_thread.submit(submission);
}

void WebSocketConnection::on_submission(Submission& submission) {
  if (x_closed) return;
  if (submission.failed) {
    return reject(submission.ticket, {ErrorCode::kStoreFailed, "the events were not committed"});
  }
  Exchange& exchange = x_answers[submission.ticket];
  JsonObject object(exchange.bytes);
  object.number("ack", submission.ticket + 1);
  append_verdict(object, submission);
  object.close();
  exchange.done = true;
  x_thread.mark_dirty(*this);
}

void WebSocketConnection::reject(uint64_t ticket, const rekindle::Error& error) {
  std::string frame;
  JsonObject object(frame);
  object.number("ack", ticket + 1);
  append_error(object.key("error"), error);
  object.close();
  answer(ticket, frame);
}

bool WebSocketConnection::allows(Scope scope, uint64_t ticket) {
  const Denial denial = x_access.check(scope);
  if (denial == Denial::kNone) return true;
  deny(ticket, denial, "it needs the scope " + std::string(name_of(scope)));
  return false;
}

void WebSocketConnection::deny(uint64_t ticket, Denial denial, std::string_view detail) {
  std::string frame;
  JsonObject object(frame);
  object.number("ack", ticket + 1);
  append_denial(object.key("error"), denial, detail);
  object.close();
  answer(ticket, frame);
}

void WebSocketConnection::answer(uint64_t ticket, std::string_view frame) {
  if (x_closed) return;
  Exchange& exchange = x_answers[ticket];
  exchange.bytes.assign(frame);
  exchange.done = true;
  x_thread.mark_dirty(*this);
}

// --- frames out ----------------------------------------------------------------------------------

void WebSocketConnection::release_answers() {
  x_answers.release([&](Exchange& exchange) {
    x_queue_bytes += exchange.bytes.size();
    x_queue.push_back(std::move(exchange.bytes));
    exchange.bytes.clear();
    return true;
  });
}

// What is pushed stands behind the answers there are, so behind that to its subscription.
void WebSocketConnection::queue(std::string frame) {
  release_answers();
  x_queue_bytes += frame.size();
  x_queue.push_back(std::move(frame));
  x_thread.mark_dirty(*this);
}

void WebSocketConnection::flush() {
  if (x_closed || x_closing || !x_is_open) return;
  release_answers();
  if (x_queue_bytes > limits::kSendQueueBytesMax) {
    x_thread.counters().slow_readers.add();
    return begin_close(Code::policy_error, "slow reader");
  }
  if (x_stopping && x_answers.empty() && x_queue.empty()) {
    return begin_close(Code::going_away, "the server is stopping");
  }
  write();
  read();
  for (const auto& live : x_live) live->resume();
}

void WebSocketConnection::write() {
  if (x_is_writing || x_queue.empty()) return;
  x_is_writing = true;
  x_stream.async_write(
      asio::buffer(x_queue.front()),
      [self = boost::intrusive_ptr<WebSocketConnection>(this)](Error error, size_t bytes) {
        self->x_is_writing = false;
        if (self->x_closed) return;
        if (error) {
          if (!self->x_closing) self->close_now();
          return;
        }
        self->x_thread.counters().bytes_out.add(bytes);
        self->x_queue_bytes -= self->x_queue.front().size();
        self->x_queue.pop_front();
        self->flush();
      });
}

// --- the end -------------------------------------------------------------------------------------

void WebSocketConnection::begin_close(Code code, const char* reason) {
  if (x_closing || x_closed) return;
  x_closing = true;
  x_deadline_ms = x_thread.sweep_ms() + kCloseMs;  // a peer that does not read gets no more time
  x_stream.async_close(
      websocket::close_reason(code, reason),
      [self = boost::intrusive_ptr<WebSocketConnection>(this)](Error) { self->close_now(); });
}

void WebSocketConnection::close_now() {
  if (x_closed) return;
  x_closed = true;
  end_subscription();
  Error ignored;  // closed is closed
  x_stream.next_layer().next_layer().close(ignored);
  const boost::intrusive_ptr<WebSocketConnection> keep(this);
  x_thread.release(*this);
}

void WebSocketConnection::on_sweep(int64_t now_ms) {
  if (x_deadline_ms != 0 && now_ms > x_deadline_ms) {
    x_thread.counters().timeouts.add();
    return close_now();
  }
  for (const auto& live : x_live) live->resume();
}

void WebSocketConnection::shut_down() {
  x_stopping = true;
  x_thread.mark_dirty(*this);
}

}  // namespace rekindle::io
