// A webhook's receiver for tests: takes one request after another on 127.0.0.1 and answers each as
// told. Thread: its own; next() blocks until a request came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace rekindle::testing {

class Receiver {
 public:
  struct Request {
    std::string target;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };
  Receiver();
  ~Receiver();

  [[nodiscard]] uint16_t port() const { return x_port; }
  // What later requests are answered, one after another; then 204. "" closes without an answer.
  void will_answer(const std::string& response);
  [[nodiscard]] Request next();
  [[nodiscard]] size_t waiting();

 private:
  struct Impl;
  void run();
  std::unique_ptr<Impl> x_impl;
  uint16_t x_port;
  std::mutex x_mutex;
  std::condition_variable x_came;
  std::deque<Request> x_requests;
  std::deque<std::string> x_answers;
  std::thread x_thread;
};

}  // namespace rekindle::testing
