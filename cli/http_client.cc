#include "cli/http_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <cstdlib>

#include "core/limits.h"

namespace rekindle::cli {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

Error failure(const std::string& what, const error_code& code) {
  return {ErrorCode::kMalformedRequest, what + ": " + code.message()};
}

Result<void> connect(tcp::socket& socket, boost::asio::io_context& io, const Url& url) {
  error_code fault;
  const auto found = tcp::resolver(io).resolve(url.host, url.port, fault);
  if (!fault) boost::asio::connect(socket, found, fault);
  if (!fault) socket.set_option(tcp::no_delay(true), fault);
  if (fault) return failure("connecting to " + url.host + ":" + url.port, fault);
  return {};
}

// To servers with keys. From the environment, since command lines are seen by everybody.
void show_key(http::fields& request) {
  const char* const key = std::getenv("REKINDLE_KEY");
  if (key != nullptr && *key != '\0') {
    request.set(http::field::authorization, std::string("Bearer ") + key);
  }
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const Error fault{ErrorCode::kInvalidArgument,
                    "'" + std::string(text) + "' is not http://HOST:PORT/… or ws://HOST:PORT/…"};
  Url url;
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return fault;
  url.scheme = text.substr(0, scheme);
  if (url.scheme != "http" && url.scheme != "ws") return fault;
  text.remove_prefix(scheme + 3);
  const size_t slash = std::min(text.find('/'), text.size());
  url.path = slash == text.size() ? "/" : std::string(text.substr(slash));
  const std::string_view authority = text.substr(0, slash);
  const size_t colon = authority.rfind(':');
  url.host = authority.substr(0, colon);
  url.port = colon == std::string_view::npos ? "80" : std::string(authority.substr(colon + 1));
  if (url.host.empty() || url.port.empty()) return fault;
  return url;
}

struct HttpClient::Impl {
  boost::asio::io_context io{1};
  tcp::socket socket{io};
  beast::flat_buffer buffer;
  std::string host;

  Result<HttpAnswer> ask(http::request<http::string_body>& request) {
    error_code fault;
    request.set(http::field::host, host);
    show_key(request);
    request.prepare_payload();
    http::write(socket, request, fault);
    if (fault) return failure("sending a request", fault);
    http::response_parser<http::string_body> parser;
    parser.body_limit(256ULL * 1'024 * 1'024);
    http::read(socket, buffer, parser, fault);
    if (fault) return failure("reading an answer", fault);
    HttpAnswer answer;
    answer.status = static_cast<int>(parser.get().result_int());
    const auto after = parser.get()[http::field::retry_after];
    std::from_chars(after.data(), after.data() + after.size(), answer.retry_after_seconds);
    const auto cursor = parser.get()["X-Cursor"];
    answer.cursor.assign(cursor.data(), cursor.size());
    answer.body = std::move(parser.get().body());
    return answer;
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : x_impl(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(const Url& url) {
  auto impl = std::make_unique<Impl>();
  impl->host = url.host + ":" + url.port;
  if (auto connected = connect(impl->socket, impl->io, url); !connected) return connected.error();
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

Result<HttpAnswer> HttpClient::get(std::string_view target) {
  http::request<http::string_body> request(http::verb::get, {target.data(), target.size()}, 11);
  return x_impl->ask(request);
}

namespace {

http::request<http::string_body> with_body(http::verb verb, std::string_view target,
                                           std::string_view content_type, std::string_view body) {
  http::request<http::string_body> request(verb, {target.data(), target.size()}, 11);
  request.set(http::field::content_type, {content_type.data(), content_type.size()});
  request.body() = body;
  return request;
}

}  // namespace

Result<HttpAnswer> HttpClient::post(std::string_view target, std::string_view content_type,
                                    std::string_view body) {
  auto request = with_body(http::verb::post, target, content_type, body);
  return x_impl->ask(request);
}

Result<HttpAnswer> HttpClient::put(std::string_view target, std::string_view content_type,
                                   std::string_view body) {
  auto request = with_body(http::verb::put, target, content_type, body);
  return x_impl->ask(request);
}

Result<HttpAnswer> HttpClient::remove(std::string_view target) {
  http::request<http::string_body> request(http::verb::delete_, {target.data(), target.size()}, 11);
  return x_impl->ask(request);
}

struct WebSocketClient::Impl {
  boost::asio::io_context io{1};
  beast::websocket::stream<tcp::socket> stream{io};
  beast::flat_buffer buffer;
};

WebSocketClient::WebSocketClient(std::unique_ptr<Impl> impl) : x_impl(std::move(impl)) {}
WebSocketClient::~WebSocketClient() = default;

Result<std::unique_ptr<WebSocketClient>> WebSocketClient::open(const Url& url) {
  auto impl = std::make_unique<Impl>();
  if (auto connected = connect(impl->stream.next_layer(), impl->io, url); !connected) {
    return connected.error();
  }
  error_code fault;
  beast::websocket::response_type response;
  impl->stream.read_message_max(limits::kBodyBytesMax);
  impl->stream.set_option(beast::websocket::stream_base::decorator(
      [](beast::websocket::request_type& request) { show_key(request); }));
  impl->stream.handshake(response, url.host + ":" + url.port, url.path, fault);
  if (fault) {
    const bool full = response.result_int() == 429 || response.result_int() == 503;
    Error error = failure("WebSocket handshake with " + url.host + ":" + url.port, fault);
    if (full) error.code = ErrorCode::kOverloaded;
    return error;
  }
  impl->stream.text(true);
  return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(impl)));
}

Result<void> WebSocketClient::send(std::string_view message) {
  error_code fault;
  x_impl->stream.write(boost::asio::buffer(message.data(), message.size()), fault);
  if (fault) return failure("sending a message", fault);
  return {};
}

Result<std::string_view> WebSocketClient::receive() {
  error_code fault;
  x_impl->buffer.clear();
  x_impl->stream.read(x_impl->buffer, fault);
  if (fault) return failure("waiting for a message", fault);
  const auto data = x_impl->buffer.cdata();
  return std::string_view(static_cast<const char*>(data.data()), data.size());
}

void WebSocketClient::close() {
  error_code ignored;  // the peer may be gone already
  x_impl->stream.close(beast::websocket::close_code::normal, ignored);
}

}  // namespace rekindle::cli
