// One HTTP request as the routes see it: views into the connection's buffers, valid until the
// handler returns. Made by io/request_parser.h; on the io thread of its connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rekindle::io {

using HeaderFields = std::vector<std::pair<std::string_view, std::string_view>>;  // name, value

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kOther };

struct Request {
  Method method = Method::kOther;
  std::string_view path;   // the target up to '?', as sent
  std::string_view query;  // after '?', without it
  std::string_view host;
  std::string_view origin;
  std::string_view referer;
  std::string_view user_agent;
  std::string_view cookie;
  std::string_view last_event_id;
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view if_none_match;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view authorization;
  std::string_view write_key;  // X-Write-Key, one of the ways trackers name their key
  HeaderFields fields;         // all of a request to a hook, in order; else none
  bool keep_alive = true;
  bool expects_continue = false;
  bool is_upgrade = false;  // Connection: upgrade and Upgrade: websocket
  bool from_loopback = false;
  bool is_encrypted = false;
  bool gpc = false;          // Sec-GPC: 1
  bool dnt = false;          // DNT: 1
  bool anonymous = false;    // SP-Anonymous: a tracker wants no cookie
  std::string_view body;     // complete, still encoded as content_encoding says
  size_t body_readable = 0;  // bytes that may be read from body.data() on, whatever they hold
};

// The decoded value of a query parameter; empty when absent. The first one counts.
[[nodiscard]] std::string query_parameter(std::string_view query, std::string_view name);
// %XX and (in query strings) '+' decoded; a '%' that starts no pair stays.
[[nodiscard]] int hex_digit(char c);  // −1: none
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);
// The value of a cookie; empty when absent.
[[nodiscard]] std::string_view cookie_value(std::string_view cookies, std::string_view name);

}  // namespace rekindle::io
