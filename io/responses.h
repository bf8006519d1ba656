// HTTP responses as bytes. Called by io/http_connection.cc and the routes; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rekindle::io {

// An answer before it is written for one particular request.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // static text
  std::string headers;                                 // more of them, each "Name: value\r\n"
  std::string body;
  bool close = false;  // end the connection after it
};

// What the request decides about how its response is written.
struct ResponseContext {
  bool keep_alive = true;
  bool head = false;         // the body is left out, its length is not
  std::string_view origin;   // echoed for browsers of other sites; empty: not
  std::string_view date;     // "Date: …\r\n"
  bool with_cookie = false;  // those browsers may send cookies
};

void append_response(std::string& out, const Response& response, const ResponseContext& context);
// 200 with the 43-byte transparent GIF, never cached. `ack` is "durable" or "fsync"; `set_cookie`
// is the value of a Set-Cookie header or empty. Allocates nothing once `out` is warm.
void append_pixel(std::string& out, std::string_view ack, std::string_view set_cookie,
                  const ResponseContext& context);

[[nodiscard]] std::string_view pixel_gif();
[[nodiscard]] std::string_view phrase_of(int status);
// "Date: Sat, 21 Nov 2026 20:08:23 GMT\r\n" for milliseconds since 1970.
[[nodiscard]] std::string date_header(int64_t ms);

}  // namespace rekindle::io
