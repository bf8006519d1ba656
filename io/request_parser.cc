#include "io/request_parser.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <functional>

#include "core/limits.h"
#include "io/decoders/json_events.h"

namespace rekindle::io {
namespace http = boost::beast::http;
namespace {

constexpr size_t kReservedBodyBytes = 64 * 1'024;
constexpr std::string_view kCatalogPath = "/v1/catalog";  // takes larger bodies than others
constexpr std::string_view kHooksPath = "/v1/hooks/";     // each has a header of its own

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::kGet;
    case http::verb::head: return Method::kHead;
    case http::verb::post: return Method::kPost;
    case http::verb::put: return Method::kPut;
    case http::verb::delete_: return Method::kDelete;
    case http::verb::options: return Method::kOptions;
    default: return Method::kOther;
  }
}

// 16 bytes in Base64 (RFC 6455, 4.1): 22 digits, of which the last has 4 bits to spare, and "==".
bool is_websocket_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  constexpr std::string_view kLastDigits = "AQgw";
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return std::all_of(key.begin(), key.begin() + 22, is_digit) &&
         kLastDigits.find(key[21]) != std::string_view::npos;
}

}  // namespace

RequestParser::RequestParser(std::string& body) : x_body(body) {
  x_body.clear();
  eager(true);
  header_limit(static_cast<uint32_t>(limits::kHeaderBytesMax));
  body_limit(limits::kBodyBytesMax);
}

RequestParser::State RequestParser::take(std::string_view bytes, size_t& used) {
  x_input = bytes;
  Error error;
  used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != http::error::need_more) {
    if (error == http::error::header_limit) {
      x_status = 431;
    } else if (error == http::error::body_limit) {
      x_status = 413;
    }
    if (x_reason.empty()) x_reason = error.message();
    return State::kRefused;
  }
  if (!is_done()) return State::kNeedMore;
  x_request.body = x_body;
  x_request.body_readable = x_body.capacity();
  return State::kDone;
}

void RequestParser::move_views(ptrdiff_t by) {
  for (std::string_view* text :
       {&x_request.path, &x_request.query, &x_request.host, &x_request.origin, &x_request.referer,
        &x_request.user_agent, &x_request.cookie, &x_request.accept, &x_request.accept_encoding,
        &x_request.if_none_match, &x_request.content_type, &x_request.content_encoding,
        &x_request.last_event_id, &x_request.authorization, &x_request.write_key}) {
    if (!text->empty()) *text = {text->data() + by, text->size()};
  }
  for (auto& [name, value] : x_request.fields) {
    name = {name.data() + by, name.size()};
    if (!value.empty()) value = {value.data() + by, value.size()};
  }
}

void RequestParser::refuse(int status, std::string_view reason, Error& error) {
  x_status = status;
  x_reason = reason;
  error = http::error::bad_value;
}

void RequestParser::on_request_impl(http::verb verb, View, View target, int version, Error& error) {
  x_request.method = method_of(verb);
  x_version = version;
  std::string_view path = view(target);
  // The absolute form a proxy may send: only what follows the authority matters here.
  if (path.starts_with("http://") || path.starts_with("https://")) {
    const size_t slash = path.find('/', path.find("://") + 3);
    if (slash == std::string_view::npos) return refuse(400, "the target has no path", error);
    path = path.substr(slash);
  }
  if (path.empty() || (path.front() != '/' && path != "*")) {
    return refuse(400, "the request target is not a path", error);
  }
  const size_t question = path.find('?');
  x_request.path = path.substr(0, question);
  if (question != std::string_view::npos) x_request.query = path.substr(question + 1);
  if (x_request.path == kCatalogPath) body_limit(limits::kCatalogBodyBytesMax);
}

void RequestParser::on_field_impl(http::field field, View name, View field_value, Error& error) {
  const std::string_view value = view(field_value);
  const std::less_equal<const char*> before;  // a folded value lives in Beast's own buffer
  if (!value.empty() && !(before(x_input.data(), value.data()) &&
                          before(value.data(), x_input.data() + x_input.size()))) {
    return refuse(400, "folded header lines are not accepted", error);
  }
  if (x_request.path.starts_with(kHooksPath)) x_request.fields.emplace_back(view(name), value);
  switch (field) {
    case http::field::host:
      x_request.host = value;
      ++x_hosts;
      break;
    case http::field::origin: x_request.origin = value; break;
    case http::field::referer: x_request.referer = value; break;
    case http::field::user_agent: x_request.user_agent = value; break;
    case http::field::cookie: x_request.cookie = value; break;
    case http::field::accept: x_request.accept = value; break;
    case http::field::accept_encoding: x_request.accept_encoding = value; break;
    case http::field::if_none_match: x_request.if_none_match = value; break;
    case http::field::content_type: x_request.content_type = value; break;
    case http::field::authorization: x_request.authorization = value; break;
    case http::field::content_encoding: x_request.content_encoding = value; break;
    case http::field::expect:
      x_request.expects_continue = boost::beast::iequals(field_value, "100-continue");
      break;
    case http::field::upgrade:
      x_wants_websocket = boost::beast::iequals(field_value, "websocket");
      break;
    case http::field::sec_websocket_key: x_has_websocket_key = is_websocket_key(value); break;
    case http::field::content_length:
      // The same length twice is one that another server on the way may read differently.
      if (x_has_length || value.find(',') != std::string_view::npos) {
        return refuse(400, "exactly one Content-Length is accepted", error);
      }
      x_has_length = true;
      break;
    case http::field::transfer_encoding:
      // A list would leave it to each hop which coding counts.
      if (!boost::beast::iequals(field_value, "chunked")) {
        return refuse(501, "the only accepted Transfer-Encoding is chunked", error);
      }
      x_has_coding = true;
      break;
    case http::field::unknown:
      if (boost::beast::iequals(name, "Last-Event-ID")) x_request.last_event_id = value;
      if (boost::beast::iequals(name, "X-Write-Key")) x_request.write_key = value;
      if (boost::beast::iequals(name, "SP-Anonymous")) x_request.anonymous = true;
      if (boost::beast::iequals(name, "Sec-GPC")) x_request.gpc = value == "1";
      if (boost::beast::iequals(name, "DNT")) x_request.dnt = value == "1";
      break;
    default: break;
  }
}

void RequestParser::on_header_impl(Error& error) {
  if (x_hosts > 1 || (x_hosts == 0 && x_version >= 11)) {
    return refuse(400, "exactly one Host header is required", error);
  }
  if (x_has_coding && x_version < 11) {
    return refuse(400, "Transfer-Encoding needs HTTP/1.1", error);
  }
  x_request.keep_alive = keep_alive();
  x_request.is_upgrade = upgrade() && x_wants_websocket;
  if (x_request.is_upgrade && !x_has_websocket_key) {
    return refuse(400, "Sec-WebSocket-Key must be 16 bytes in Base64", error);
  }
}

size_t RequestParser::body_bytes_max() const {
  if (x_request.path == kCatalogPath) return limits::kCatalogBodyBytesMax;
  return x_request.content_encoding.empty() ? limits::kBodyBytesMax
                                            : limits::kCompressedBodyBytesMax;
}

void RequestParser::on_body_init_impl(const boost::optional<uint64_t>& length, Error& error) {
  if (!length) return;
  if (*length > body_bytes_max()) {
    error = http::error::body_limit;
  } else if (*length <= kReservedBodyBytes) {  // larger ones grow as they come, not as they claim
    x_body.reserve(*length + kJsonPaddingBytes);
  }
}

size_t RequestParser::on_body_impl(View body, Error& error) {
  if (x_body.size() + body.size() > body_bytes_max()) {
    error = http::error::body_limit;
    return 0;
  }
  x_body.append(body.data(), body.size());
  return body.size();
}

size_t RequestParser::on_chunk_body_impl(uint64_t, View body, Error& error) {
  return on_body_impl(body, error);
}

}  // namespace rekindle::io
