// One WebSocket: frames of events in, one ack frame each out, in order; changes of audiences pushed
// to those who subscribed; decisions asked for and answered. docs/openapi.yaml has the frames.
//
// Thread: its io thread. Owns: the stream (Beast), the frame being read, answers, the send queue.
// Back-pressure: it stops reading while limits::kFramesInFlightMax frames are unanswered or any
// inbox is full; pushed changes stay in the log while the send queue is half full; a queue over
// limits::kSendQueueBytesMax ends the connection with 1008.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/access/gate.h"
#include "io/connection.h"
#include "io/control_frame.h"
#include "io/exchange_queue.h"
#include "io/followers.h"
#include "io/io_loop.h"
#include "io/io_thread.h"
#include "io/live_decision.h"
#include "io/tls/io_stream.h"

namespace rekindle::io {

class WebSocketConnection final : public Connection {
 public:
  // `request`: the bytes of the upgrade request and whatever followed it.
  WebSocketConnection(IoThread& thread, IoStream stream, std::string request, const Access& access,
                      std::string user_agent);
  ~WebSocketConnection() override;

  void start();
  // The answer to a frame, which leaves after those of earlier frames.
  void answer(uint64_t ticket, std::string_view frame);

  void on_submission(Submission& submission) override;
  void flush() override;
  void on_sweep(int64_t now_ms) override;
  void shut_down() override;
  void abort() override { close_now(); }
  void resume_reading() override;

 private:
  // Follows the feed for this connection.
  class Subscription final : public Follower {
   public:
    Subscription(WebSocketConnection& owner, ChangesCursor from, AudienceFilter filter)
        : Follower(std::move(from), std::move(filter)), x_owner(owner) {}
    [[nodiscard]] bool has_room() const override;
    void deliver(std::string_view changes, size_t count) override;
    void on_gone(const rekindle::Error& error) override;

   private:
    WebSocketConnection& x_owner;
  };

  using Stream = boost::beast::websocket::stream<IoStream>;
  using Code = boost::beast::websocket::close_code;
  using Error = boost::system::error_code;

  void read();
  void on_frame(Error error);
  void take_events(std::string_view frame);
  void take_control(const ControlFrame& control);
  void subscribe(const SubscribeFrame& frame, uint64_t ticket);
  [[nodiscard]] Result<std::vector<std::shared_ptr<LiveDecision>>> make_live(
      const std::vector<DecideRequest>& requests);
  [[nodiscard]] Result<std::unique_ptr<Subscription>> make_subscription(
      const SubscribeFrame& frame);
  [[nodiscard]] Result<void> begin(std::unique_ptr<Subscription> subscription,
                                   std::vector<std::shared_ptr<LiveDecision>> live);
  void end_subscription();
  [[nodiscard]] bool has_room() const;  // for what nobody waits for
  void decide(const DecideFrame& frame, uint64_t ticket);
  void reject(uint64_t ticket, const rekindle::Error& error);
  void release_answers();
  // False, and then the frame is answered, when the key does not allow it.
  [[nodiscard]] bool allows(Scope scope, uint64_t ticket);
  void deny(uint64_t ticket, Denial denial, std::string_view detail);
  void queue(std::string frame);
  void write();
  void begin_close(Code code, const char* reason);
  void close_now();

  IoThread& x_thread;
  Stream x_stream;
  const Access x_access;  // each frame needs the scope of what it asks for
  const std::string x_user_agent;
  std::string x_request;
  boost::beast::flat_buffer x_frame;
  ExchangeQueue x_answers;
  std::deque<std::string> x_queue;  // the front one is being written while x_is_writing
  size_t x_queue_bytes = 0;
  std::unique_ptr<Subscription> x_subscription;
  std::vector<std::shared_ptr<LiveDecision>> x_live;
  uint64_t x_frames = 0;
  int64_t x_deadline_ms = 0;  // of the handshake, and of closing; 0: none
  bool x_is_open = false;
  bool x_reading = false;
  bool x_waiting_for_room = false;
  bool x_is_writing = false;
  bool x_stopping = false;  // close once what is in flight is answered
  bool x_closing = false;
  bool x_closed = false;
};

}  // namespace rekindle::io
