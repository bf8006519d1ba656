#include "io/io_loop.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include "core/limits.h"
#include "io/http_connection.h"
#include "io/io_thread.h"
#include "io/problem.h"
#include "io/tls/io_stream.h"
#include "io/tls/server_tls.h"

namespace rekindle::io {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kTick = std::chrono::milliseconds(125);
constexpr auto kRetry = std::chrono::milliseconds(1);
constexpr auto kAcceptAgain = std::chrono::milliseconds(100);
constexpr int kBacklog = 4'096;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Error cannot_listen(const std::string& address, uint16_t port, const error_code& error) {
  return {ErrorCode::kInvalidConfiguration,
          "cannot listen on " + address + " port " + std::to_string(port) + ": " + error.message()};
}

}  // namespace

IoLoop::IoLoop(IoThread& thread, int bell_fd)
    : x_thread(thread), x_bell(x_context.get_executor(), bell_fd) {}

IoLoop::~IoLoop() {
  x_bell.release();  // the Doorbell closes it
}

Result<uint16_t> IoLoop::listen(const std::string& address, uint16_t port, bool shared) {
  error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return cannot_listen(address, port, error);
  const asio::ip::tcp::endpoint endpoint(ip, port);
  x_acceptor.open(endpoint.protocol(), error);
  if (!error) x_acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && shared) x_acceptor.set_option(ReusePort(true), error);
  if (!error) x_acceptor.bind(endpoint, error);
  if (!error) x_acceptor.listen(kBacklog, error);
  if (error) return cannot_listen(address, port, error);
  return x_acceptor.local_endpoint(error).port();
}

void IoLoop::begin() {
  accept();
  listen_to_bell();
  tick();
}

void IoLoop::stop_accepting() {
  error_code ignored;  // a listening socket that fails to close cleanly is closed all the same
  x_acceptor.close(ignored);
  x_accept_again.cancel();
}

void IoLoop::accept() {
  x_acceptor.async_accept(
      [this](error_code error, IoSocket socket) { on_accept(error, std::move(socket)); });
}

void IoLoop::on_accept(error_code error, IoSocket socket) {
  if (error == asio::error::operation_aborted || !x_acceptor.is_open()) return;
  if (error) {  // out of descriptors or memory: let some connections end first
    x_accept_again.expires_after(kAcceptAgain);
    x_accept_again.async_wait([this](error_code wait_error) {
      if (!wait_error && x_acceptor.is_open()) accept();
    });
    return;
  }
  error_code ignored;  // a socket the peer has reset already fails at its first read
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  x_thread.counters().connections.add();
  if (x_thread.connections() >= limits::kConnectionsPerThreadMax) {
    x_thread.counters().connections_refused.add();
    x_thread.counters().connections_closed.add();
    std::string refusal;
    ResponseContext context;
    context.keep_alive = false;
    append_response(refusal, overloaded(503, "too many connections"), context);
    if (x_thread.parts().tls == nullptr) socket.write_some(asio::buffer(refusal), ignored);
  } else {
    boost::intrusive_ptr<HttpConnection> connection(
        new HttpConnection(x_thread, stream_over(std::move(socket))));
    x_thread.adopt(connection);
    connection->start();
  }
  accept();
}

IoStream IoLoop::stream_over(IoSocket socket) {
  const ServerTls* const tls = x_thread.parts().tls.get();
  if (tls == nullptr) return IoStream(std::move(socket));
  return {std::move(socket), *tls->context()};  // which the connection keeps alive
}

void IoLoop::listen_to_bell() {
  x_bell.async_read_some(asio::buffer(&x_bell_count, sizeof(x_bell_count)),
                         [this](error_code error, size_t) {
                           if (!error) listen_to_bell();  // the turn itself looks at the mailbox
                         });
}

void IoLoop::tick() {
  x_tick.expires_after(kTick);
  x_tick.async_wait([this](error_code error) {
    if (error) return;
    x_thread.sweep();
    tick();
  });
}

void IoLoop::retry_soon() {
  if (x_retrying) return;
  x_retrying = true;
  x_retry.expires_after(kRetry);
  x_retry.async_wait([this](error_code) { x_retrying = false; });
}

void IoLoop::post_stop() {
  asio::post(x_context, [this] { x_thread.begin_stop(); });
}

}  // namespace rekindle::io
