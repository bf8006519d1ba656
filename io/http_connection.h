// One HTTP/1.1 connection: reads requests (pipelined ones too), gives each to its route, and writes
// the answers in order, coalesced, at the end of a turn.
//
// Thread: its io thread. Owns: the stream, one read buffer (4 KB, more only for large headers and
// bodies) and the answers not yet written. Timeouts are deadlines that the io thread's sweep
// compares, not timers: slow headers and bodies get 408, idle and stuck connections are closed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "io/connection.h"
#include "io/exchange_queue.h"
#include "io/io_loop.h"
#include "io/io_thread.h"
#include "io/request_parser.h"
#include "io/responses.h"
#include "io/taken_body.h"
#include "io/tls/io_stream.h"

namespace rekindle::io {

class HttpConnection final : public Connection {
 public:
  HttpConnection(IoThread& thread, IoStream stream);
  ~HttpConnection() override;

  void start();
  [[nodiscard]] IoThread& thread() { return x_thread; }

  // The answer of an exchange; ignored when the connection closed meanwhile. Once per ticket.
  void answer(uint64_t ticket, const Response& response);
  // The same for the pixel.
  void answer_pixel(uint64_t ticket, std::string_view ack);
  // For a route that starts a submission: what the exchange's answer will need.
  [[nodiscard]] std::string peer_address();
  [[nodiscard]] Exchange& exchange(uint64_t ticket) { return x_exchanges[ticket]; }
  // What goes on with the socket: given the bytes of the request and whatever followed it.
  using Successor = std::function<void(IoThread&, IoStream, std::string)>;
  // From a route's handler: instead of an answer, the socket goes on as something else. False when
  // answers of earlier requests have not left yet, or the request has a body.
  [[nodiscard]] bool hand_over(Successor successor);

  // From a route's handler: answered with the next commit, before which a peer that does not
  // pipeline sends nothing. So the next read is begun when that answer has left: one system call
  // less, for it would find nothing. Who closes meanwhile is noticed then, or by the sweep.
  void read_after_answer() { x_reads_after_answer = true; }

  // From a route's handler: the body, which the request has no more. Nothing: the io thread has no
  // room for it.
  [[nodiscard]] std::optional<TakenBody> take_body();

  void on_submission(Submission& submission) override;
  void flush() override;
  void resume_reading() override { read(); }
  void on_sweep(int64_t now_ms) override;
  void shut_down() override;
  void abort() override { close(); }

 private:
  enum class Phase : uint8_t { kIdle, kHeader, kBody, kDraining, kClosed };

  void read();
  void on_read(boost::system::error_code error, size_t bytes);
  void process();
  bool process_one();  // false: needs more bytes, or the connection takes no more
  bool find_header();  // the whole header is in the buffer
  void handle_request();
  void take_leave();
  void refuse(int status, std::string_view detail);  // answers, then closes
  [[nodiscard]] bool can_read() const;
  bool make_room();  // false: no more memory for it
  bool make_room_for_body();
  void release_body();
  void shrink();
  void write_more();
  void after_write();
  void drain();  // no more requests; wait for the peer to have read the last answer
  void close();
  void arm(int64_t after_ms);
  void shake_hands();
  void say_goodbye();
  [[nodiscard]] std::string_view unread() const { return {x_in.data() + x_begin, x_end - x_begin}; }
  [[nodiscard]] ResponseContext context_of(const Exchange& exchange) const;
  void count_answer(int status);

  IoThread& x_thread;
  IoStream x_stream;
  std::string x_in;  // bytes [x_begin, x_end) are read and not yet taken
  size_t x_begin = 0;
  size_t x_end = 0;
  size_t x_scanned = 0;    // of unread(), while looking for the header's end
  size_t x_header_at = 0;  // where the current request begins, for an upgrade
  size_t x_reserved = 0;   // bytes taken from the thread's buffer budget
  std::string x_header;    // the current request's, once its body is read in pieces
  std::string x_body;
  size_t x_body_reserved = 0;  // the same, for a body over limits::kBodyBytesMax
  std::optional<RequestParser> x_parser;
  ExchangeQueue x_exchanges;
  std::string x_out;      // ready to write
  std::string x_writing;  // what an asynchronous write holds
  size_t x_written = 0;   // of x_out
  int64_t x_deadline_ms = 0;
  Phase x_phase = Phase::kIdle;
  bool x_reading = false;
  bool x_is_writing = false;
  bool x_reads_after_answer = false;
  bool x_last_request = false;  // the peer or we said close: take no more
  Successor x_successor;        // set: this connection is about to leave
  bool x_from_loopback = false;
  bool x_is_ready = false;  // encrypted: the handshake is done
};

}  // namespace rekindle::io
