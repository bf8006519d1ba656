// Reads one HTTP/1.1 request out of a connection's buffer into a Request, keeping only the headers
// the routes use, as views: no header map, no allocation. Body bytes are collected in `body`.
//
// Called by io/http_connection.cc; one object a request. REQUIRES: the first put() sees the whole
// header (up to its blank line), and those bytes stay where they are until the request is answered.
// Refuses what request smuggling is made of: Content-Length with Transfer-Encoding, conflicting
// lengths, codings other than a final "chunked", folded header lines, a missing or second Host.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <string>
#include <string_view>

#include "io/request.h"

namespace rekindle::io {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  // `body` is cleared and filled; it keeps its memory from request to request.
  explicit RequestParser(std::string& body);

  enum class State : uint8_t { kNeedMore, kDone, kRefused };
  // Takes bytes; `used` says how many. After kRefused, status() and reason() say why.
  [[nodiscard]] State take(std::string_view bytes, size_t& used);

  // Valid once the header is complete; `body` once kDone.
  [[nodiscard]] const Request& request() const { return x_request; }
  // The header's bytes were copied: `by` from where take() saw them.
  void move_views(ptrdiff_t by);
  [[nodiscard]] bool has_header() const { return is_header_done(); }
  [[nodiscard]] int status() const { return x_status; }
  [[nodiscard]] const std::string& reason() const { return x_reason; }

 private:
  using Error = boost::system::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, View, View target, int version,
                       Error& error) override;
  void on_response_impl(int, View, int, Error&) override {}
  void on_field_impl(boost::beast::http::field field, View, View value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<uint64_t>& length, Error& error) override;
  size_t on_body_impl(View body, Error& error) override;
  void on_chunk_header_impl(uint64_t, View, Error&) override {}
  size_t on_chunk_body_impl(uint64_t, View body, Error& error) override;
  void on_finish_impl(Error&) override {}

  [[nodiscard]] size_t body_bytes_max() const;
  void refuse(int status, std::string_view reason, Error& error);

  Request x_request;
  std::string& x_body;
  std::string_view x_input;
  std::string x_reason;
  int x_status = 400;
  int x_hosts = 0;
  int x_version = 11;
  bool x_has_coding = false;
  bool x_has_length = false;
  bool x_wants_websocket = false;
  bool x_has_websocket_key = false;  // a well-formed one
};

}  // namespace rekindle::io
