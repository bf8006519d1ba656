// A webhook's receiver that speaks https, with a certificate of its own making for 127.0.0.1.
// Thread: its own; next_body() blocks until a message came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace rekindle::testing {

class TlsReceiver {
 public:
  TlsReceiver();
  ~TlsReceiver();
  [[nodiscard]] uint16_t port() const { return x_port; }
  [[nodiscard]] const std::string& certificate_file() const { return x_file; }
  [[nodiscard]] std::string next_body();

 private:
  struct Impl;
  void run();
  std::unique_ptr<Impl> x_impl;
  uint16_t x_port = 0;
  std::string x_file;
  std::mutex x_mutex;
  std::condition_variable x_came;
  std::deque<std::string> x_bodies;
  std::thread x_thread;
};

}  // namespace rekindle::testing
