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

unsigned Client::read_status() {
  beast::http::response_parser<beast::http::empty_body> parser;
  beast::http::read_header(x_impl->socket, x_impl->buffer, parser);
  return parser.get().result_int();
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

struct EventStreamClient::Impl {
  // False at the end of the stream.
  bool read_line(std::string& line) {
    size_t end = 0;
    while ((end = bytes.find('\n')) == std::string::npos) {
      char more[4'096];
      boost::system::error_code error;
      const size_t n = socket.read_some(asio::buffer(more), error);
      if (n == 0) return false;
      bytes.append(more, n);
    }
    line = bytes.substr(0, end);
    bytes.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return true;
  }
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  std::string bytes;
  unsigned status = 0;
  std::string id;
};

EventStreamClient::EventStreamClient(uint16_t port, const std::string& target,
                                     const std::string& headers)
    : x_impl(std::make_unique<Impl>()) {
  x_impl->socket.connect(local(port));
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n";
  asio::write(x_impl->socket, asio::buffer(request));
  std::string line;
  if (x_impl->read_line(line)) x_impl->status = static_cast<unsigned>(std::stoul(line.substr(9)));
  while (x_impl->read_line(line) && !line.empty()) {
  }
}
EventStreamClient::~EventStreamClient() = default;

unsigned EventStreamClient::status() const {
  return x_impl->status;
}

std::string EventStreamClient::rest() {
  std::string all;
  for (std::string line; x_impl->read_line(line);) all += line + "\n";
  return all + x_impl->bytes;
}

EventStreamClient::Event EventStreamClient::read() {
  Event event;
  event.name = "message";
  bool says_something = false;
  for (std::string line; x_impl->read_line(line);) {
    if (line.empty() && says_something) break;
    if (line.starts_with("event: ")) event.name = line.substr(7);
    if (line.starts_with("data: ")) event.data += line.substr(6);
    if (line.starts_with("id: ")) x_impl->id = line.substr(4);
    says_something = says_something || (!line.empty() && !line.starts_with(':'));
  }
  event.id = x_impl->id;
  return event;
}

bool EventStreamClient::is_closed() {
  std::string line;
  return !x_impl->read_line(line) && x_impl->bytes.empty();
}

struct WebSocketClient::Impl {
  asio::io_context context;
  beast::websocket::stream<asio::ip::tcp::socket> stream{context};
};

WebSocketClient::WebSocketClient(uint16_t port, const std::string& target)
    : x_impl(std::make_unique<Impl>()) {
  x_impl->stream.next_layer().connect(local(port));
  x_impl->stream.handshake("127.0.0.1", target);
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
