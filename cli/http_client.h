// Small waiting clients for the commands that talk to a server: HTTP requests on one keep-alive
// connection, and WebSocket messages. Wrap Boost.Beast. What the environment's
// REKINDLE_KEY holds is shown as the key. Thread: one. No TLS: put a proxy before it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::cli {

struct Url {
  std::string scheme;  // http or ws
  std::string host;
  std::string port;
  std::string path;  // with the query; "/" at least
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<Url> parse(std::string_view text);
};

struct HttpAnswer {
  int status = 0;
  int retry_after_seconds = 0;  // 0: the server did not say
  std::string cursor;           // X-Cursor: of the next page; empty: none
  std::string body;
};

class HttpClient {
 public:
  // Errors: kMalformedRequest, with what happened; also of request().
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(const Url& url);
  ~HttpClient();
  [[nodiscard]] Result<HttpAnswer> get(std::string_view target);
  [[nodiscard]] Result<HttpAnswer> post(std::string_view target, std::string_view content_type,
                                        std::string_view body);
  [[nodiscard]] Result<HttpAnswer> put(std::string_view target, std::string_view content_type,
                                       std::string_view body);
  [[nodiscard]] Result<HttpAnswer> remove(std::string_view target);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> x_impl;
};

class WebSocketClient {
 public:
  // Errors: kOverloaded when the server answered 429 or 503, else kMalformedRequest.
  [[nodiscard]] static Result<std::unique_ptr<WebSocketClient>> open(const Url& url);
  ~WebSocketClient();
  [[nodiscard]] Result<void> send(std::string_view message);
  // Waits. The view is valid until the next call.
  [[nodiscard]] Result<std::string_view> receive();
  // Says goodbye; errors do not matter any more.
  void close();

 private:
  struct Impl;
  explicit WebSocketClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> x_impl;
};

}  // namespace rekindle::cli
