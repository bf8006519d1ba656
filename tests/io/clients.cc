#include "tests/io/clients.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

namespace rekindle::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

asio::ip::tcp::endpoint local(uint16_t port) {
  return {asio::ip::make_address("127.0.0.1"), port};
}

}  // namespace

std::string Answer::operator[](std::string_view name) const {
  for (const auto& [key, value] : x_fields) {
    if (beast::iequals(key, name)) return value;
  }
  return {};
}

size_t Answer::count(std::string_view name) const {
  return static_cast<size_t>(
      std::count_if(x_fields.begin(), x_fields.end(),
                    [&](const auto& field) { return beast::iequals(field.first, name); }));
}

struct Client::Impl {
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  beast::flat_buffer buffer;
};

Client::Client(uint16_t port) : x_impl(std::make_unique<Impl>()) {
  x_impl->socket.connect(local(port));
}
Client::~Client() = default;

void Client::send(std::string_view bytes) {
  asio::write(x_impl->socket, asio::buffer(bytes));
}

Answer Client::read(bool head) {
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(64 * 1'024 * 1'024);
  parser.skip(head);
  beast::http::read(x_impl->socket, x_impl->buffer, parser);
  auto response = parser.release();
  Answer::Fields fields;
  for (const auto& field : response) fields.emplace_back(field.name_string(), field.value());
  return {response.result_int(), std::move(fields), std::move(response.body())};
}

Answer Client::get(const std::string& target, const std::string& headers) {
  send("GET " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n");
  return read();
}

Answer Client::post(const std::string& target, const std::string& body,
                    const std::string& headers) {
  send("POST " + target + " HTTP/1.1\r\nHost: t\r\n" + headers +
       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return read();
}

void Client::finish_sending() {
  x_impl->socket.shutdown(asio::socket_base::shutdown_send);
}

size_t Client::bytes_waiting() const {
  return x_impl->socket.available();
}

bool Client::is_closed() {
  char byte = 0;
  boost::system::error_code error;
  return asio::read(x_impl->socket, asio::buffer(&byte, 1), error) == 0 &&
         x_impl->buffer.size() == 0;
}

struct WebSocketClient::Impl {
  asio::io_context context;
  beast::websocket::stream<asio::ip::tcp::socket> stream{context};
};

WebSocketClient::WebSocketClient(uint16_t port) : x_impl(std::make_unique<Impl>()) {
  x_impl->stream.next_layer().connect(local(port));
  x_impl->stream.handshake("127.0.0.1", "/v1/ws");
}
WebSocketClient::~WebSocketClient() = default;

void WebSocketClient::send(std::string_view frame) {
  x_impl->stream.write(asio::buffer(frame));
}

void WebSocketClient::send_if_open(std::string_view frame) {
  boost::system::error_code ignored;
  x_impl->stream.write(asio::buffer(frame), ignored);
}

void WebSocketClient::send_binary_from_now_on() {
  x_impl->stream.binary(true);
}

std::string WebSocketClient::read() {
  beast::flat_buffer buffer;
  x_impl->stream.read(buffer);
  return beast::buffers_to_string(buffer.data());
}

uint16_t WebSocketClient::read_close() {
  beast::flat_buffer buffer;
  boost::system::error_code error;
  while (!error) {
    x_impl->stream.read(buffer, error);
    buffer.clear();
  }
  return x_impl->stream.reason().code;
}

}  // namespace rekindle::testing
