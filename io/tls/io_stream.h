// What a connection reads from and writes to: a TCP socket, or TLS over one. One concrete type with
// one branch that is always taken the same way, no virtual call; plain connections also have
// write_some(), which needs no completion.
//
// Thread: one io thread. Owns: the socket. Movable between operations. Reads and writes may be
// outstanding at the same time, one of each. Models what Asio and Beast call an AsyncStream.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <memory>
#include <utility>

#include "io/io_loop.h"

namespace rekindle::io {

class IoStream {
 public:
  using executor_type = IoExecutor;
  using next_layer_type = IoSocket;

  explicit IoStream(IoSocket socket) : x_socket(std::move(socket)) {}
  // Encrypted; nothing may be read or written before async_handshake has ended.
  IoStream(IoSocket socket, boost::asio::ssl::context& context)
      : x_socket(socket.get_executor()), x_tls(std::make_unique<Tls>(std::move(socket), context)) {}

  [[nodiscard]] bool is_encrypted() const { return x_tls != nullptr; }
  [[nodiscard]] executor_type get_executor() { return x_socket.get_executor(); }
  // The TCP socket beneath.
  [[nodiscard]] IoSocket& next_layer() { return x_tls ? x_tls->next_layer() : x_socket; }

  template <typename Handler>
  void async_handshake(Handler&& handler) {
    x_tls->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }
  // Says goodbye and waits for the peer's. REQUIRES: is_encrypted().
  template <typename Handler>
  void async_shutdown(Handler&& handler) {
    x_tls->async_shutdown(std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (x_tls) [[unlikely]] {
      return x_tls->async_read_some(buffers, std::forward<Handler>(handler));
    }
    x_socket.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (x_tls) [[unlikely]] {
      return x_tls->async_write_some(buffers, std::forward<Handler>(handler));
    }
    x_socket.async_write_some(buffers, std::forward<Handler>(handler));
  }
  // At once, as much as the socket takes. REQUIRES: !is_encrypted().
  template <typename Buffers>
  size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    return x_socket.write_some(buffers, error);
  }

 private:
  using Tls = boost::asio::ssl::stream<IoSocket>;

  IoSocket x_socket;           // of a plain connection
  std::unique_ptr<Tls> x_tls;  // of an encrypted one
};

// How Beast's WebSocket ends the connection beneath it; found by argument-dependent lookup.
template <typename Handler>
void async_teardown(boost::beast::role_type role, IoStream& stream, Handler&& handler) {
  if (stream.is_encrypted()) {
    return stream.async_shutdown(std::forward<Handler>(handler));
  }
  boost::beast::websocket::async_teardown(role, stream.next_layer(),
                                          std::forward<Handler>(handler));
}

}  // namespace rekindle::io
