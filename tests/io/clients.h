// Blocking clients for tests of the server: HTTP with one keep-alive connection, and WebSocket.
// Used by the tests in this folder; each on the thread that made it (a WebSocket may also be
// written by one thread and read by another). Nothing sleeps: they block until the answer is there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rekindle::testing {

class Answer {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  Answer(unsigned status, Fields fields, std::string body)
      : x_status(status), x_fields(std::move(fields)), x_body(std::move(body)) {}

  [[nodiscard]] unsigned result_int() const { return x_status; }
  [[nodiscard]] const std::string& body() const { return x_body; }
  // The first field of that name, in any case; empty when there is none.
  [[nodiscard]] std::string operator[](std::string_view name) const;
  [[nodiscard]] size_t count(std::string_view name) const;

 private:
  unsigned x_status;
  Fields x_fields;
  std::string x_body;
};

class Client {
 public:
  explicit Client(uint16_t port);
  ~Client();

  void send(std::string_view bytes);
  Answer read(bool head = false);  // `head`: the answer to HEAD has no body
  // Of an answer that may be a stream without end: nothing can be read after it.
  unsigned read_status();
  Answer get(const std::string& target, const std::string& headers = {});
  Answer post(const std::string& target, const std::string& body, const std::string& headers = {});
  void finish_sending();
  [[nodiscard]] size_t bytes_waiting() const;
  // True when the server ends the connection without another answer.
  [[nodiscard]] bool is_closed();

 private:
  struct Impl;
  std::unique_ptr<Impl> x_impl;
};

// Reads an event stream (text/event-stream).
class EventStreamClient {
 public:
  // `headers`: further ones, each with its line's end. Reads the answer's head.
  EventStreamClient(uint16_t port, const std::string& target, const std::string& headers = {});
  ~EventStreamClient();

  struct Event {
    std::string name;  // "message" when it has none
    std::string data;
    std::string id;  // the last one seen
  };
  [[nodiscard]] unsigned status() const;
  // The rest of what came instead of a stream.
  [[nodiscard]] std::string rest();
  // The next block that says something; a lone id comes as an event without data.
  [[nodiscard]] Event read();
  // True when the server ends the stream without another event.
  [[nodiscard]] bool is_closed();

 private:
  struct Impl;
  std::unique_ptr<Impl> x_impl;
};

class WebSocketClient {
 public:
  explicit WebSocketClient(uint16_t port, const std::string& target = "/v1/ws");
  ~WebSocketClient();

  void send(std::string_view frame);
  void send_if_open(std::string_view frame);  // the server may close while it is being sent
  void send_binary_from_now_on();
  std::string read();
  // The close code the server ended with; 0 when it ended without one.
  uint16_t read_close();

 private:
  struct Impl;
  std::unique_ptr<Impl> x_impl;
};

}  // namespace rekindle::testing
