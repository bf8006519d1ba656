#include "tests/io/webhooks/receiver.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>

namespace rekindle::testing {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Receiver::Impl {
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
};

Receiver::Receiver()
    : x_impl(std::make_unique<Impl>()), x_port(x_impl->acceptor.local_endpoint().port()) {
  x_thread = std::thread([this] { run(); });
}

Receiver::~Receiver() {
  boost::system::error_code ignored;
  x_impl->acceptor.cancel(ignored);
  ::shutdown(x_impl->acceptor.native_handle(), SHUT_RDWR);  // wakes the blocking accept
  x_thread.join();
}

void Receiver::will_answer(const std::string& response) {
  const std::lock_guard lock(x_mutex);
  x_answers.push_back(response);
}

Receiver::Request Receiver::next() {
  std::unique_lock lock(x_mutex);
  x_came.wait(lock, [this] { return !x_requests.empty(); });
  Request request = std::move(x_requests.front());
  x_requests.pop_front();
  return request;
}

size_t Receiver::waiting() {
  const std::lock_guard lock(x_mutex);
  return x_requests.size();
}

void Receiver::run() {
  while (true) {
    boost::system::error_code error;
    tcp::socket socket(x_impl->context);
    x_impl->acceptor.accept(socket, error);
    if (error) return;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> read;
    http::read(socket, buffer, read, error);
    if (error) continue;
    Request request{std::string(read.target()), {}, std::move(read.body())};
    for (const auto& field : read) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = std::string(field.value());
    }
    std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
    {
      const std::lock_guard lock(x_mutex);
      if (!x_answers.empty()) {
        answer = x_answers.front();
        x_answers.pop_front();
      }
      x_requests.push_back(std::move(request));
    }
    asio::write(socket, asio::buffer(answer), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    x_came.notify_one();
  }
}

}  // namespace rekindle::testing
