// One keep-alive connection of the load generator: bytes out, whole answers in, HTTP/1.1 or
// WebSocket. Written against sockets instead of Beast, because the generator shares the cores with
// the server it measures: one send and one receive call per turn, no parsing beyond the length.
//
// Thread: one. Owns: the socket.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::cli {

// Where to send: only loopback addresses are accepted, so that nobody is flooded by mistake.
struct Target {
  std::string host;      // as in the Host header
  uint32_t address = 0;  // network byte order
  uint16_t port = 80;
  // "http://127.0.0.1:8080" or "ws://localhost:8080". Errors: kInvalidArgument.
  [[nodiscard]] static Result<Target> parse(std::string_view url);
};

class Connection {
 public:
  // A whole answer. WebSocket messages have status 200.
  struct Answer {
    int status = 0;
    std::string_view body;
  };
  using Take = absl::FunctionRef<void(const Answer&)>;

  // Connects, waiting; with a path also becomes a WebSocket there. Errors: kMalformedRequest, with
  // what happened.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const Target& target,
                                                                std::string_view websocket_path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // HTTP: append whole requests here.
  [[nodiscard]] std::string& out() { return x_out; }
  // WebSocket: one text message.
  void append_message(std::string_view payload);
  // Sends what is waiting, as far as the socket takes it. False: the connection is broken.
  [[nodiscard]] bool flush();
  // Reads what is there and hands over whole answers. False: broken or closed by the other side.
  [[nodiscard]] bool receive(Take take);

  [[nodiscard]] int fd() const { return x_fd; }
  [[nodiscard]] bool wants_to_write() const { return x_sent < x_out.size(); }

 private:
  explicit Connection(int fd) : x_fd(fd) {}
  [[nodiscard]] Result<void> become_websocket(const Target& target, std::string_view path);
  // Bytes of the first whole answer in `in`, 0 when it is not whole, -1 when it is unreadable.
  [[nodiscard]] int64_t take_http(std::string_view in, Take take);
  [[nodiscard]] int64_t take_frame(std::string_view in, Take take);

  int x_fd;
  bool x_is_websocket = false;
  std::string x_out;
  size_t x_sent = 0;
  std::string x_in;
  size_t x_read = 0;  // bytes of x_in that are filled
  uint32_t x_mask = 0x6a09e667;
};

}  // namespace rekindle::cli
