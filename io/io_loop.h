// Asio's part of an io thread: the event loop, the listening socket, the doorbell and the timer.
// Concrete executor types throughout, so no call goes through any_executor. Included by the few
// files that touch sockets.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <chrono>
#include <string>

#include "core/error.h"

namespace rekindle::io {

using IoExecutor = boost::asio::io_context::executor_type;
using IoSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, IoExecutor>;

class IoStream;
class IoThread;

class IoLoop {
 public:
  IoLoop(IoThread& thread, int bell_fd);
  ~IoLoop();

  // `shared`: other io threads of this process listen on the port too. Errors:
  // kInvalidConfiguration.
  [[nodiscard]] Result<uint16_t> listen(const std::string& address, uint16_t port, bool shared);
  void begin();  // starts accepting and ticking; on the io thread
  void stop_accepting();
  void retry_soon();  // wakes the loop in about a millisecond
  void post_stop();   // any thread

  [[nodiscard]] boost::asio::io_context& context() { return x_context; }

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, IoExecutor>;
  using Clock = std::chrono::steady_clock;
  using Timer =
      boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, IoExecutor>;
  void accept();
  void on_accept(boost::system::error_code error, IoSocket socket);
  [[nodiscard]] IoStream stream_over(IoSocket socket);
  void listen_to_bell();
  void tick();

  IoThread& x_thread;
  boost::asio::io_context x_context{1};
  Acceptor x_acceptor{x_context.get_executor()};
  boost::asio::posix::basic_stream_descriptor<IoExecutor> x_bell;
  Timer x_tick{x_context.get_executor()};
  Timer x_retry{x_context.get_executor()};
  Timer x_accept_again{x_context.get_executor()};
  uint64_t x_bell_count = 0;
  bool x_retrying = false;
};

}  // namespace rekindle::io
