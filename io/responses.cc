#include "io/responses.h"

#include <ctime>

#include "io/json_text.h"

namespace rekindle::io {
namespace {

constexpr char kGif[] =
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00"
    "\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02"
    "D\x01\x00;";
static_assert(sizeof(kGif) - 1 == 43);

void append_context(std::string& out, const ResponseContext& context) {
  out.append(context.date);
  if (!context.origin.empty()) {
    out.append("Access-Control-Allow-Origin: ").append(context.origin);
    out.append("\r\nAccess-Control-Expose-Headers: X-Ack, Retry-After\r\nVary: Origin\r\n");
    if (context.with_cookie) out.append("Access-Control-Allow-Credentials: true\r\n");
  }
  if (!context.keep_alive) out.append("Connection: close\r\n");
}

}  // namespace

std::string_view pixel_gif() {
  return {kGif, sizeof(kGif) - 1};
}

std::string_view phrase_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

void append_response(std::string& out, const Response& response, const ResponseContext& context) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<int64_t>(response.status));
  out.append(" ").append(phrase_of(response.status)).append("\r\n");
  append_context(out, context);
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) {
    out.append("Content-Type: ").append(response.content_type).append("\r\nContent-Length: ");
    append_number(out, static_cast<uint64_t>(response.body.size()));
    out.append("\r\n");
  }
  out.append(response.headers).append("\r\n");
  if (!context.head && has_body) out.append(response.body);
}

void append_pixel(std::string& out, std::string_view ack, std::string_view set_cookie,
                  const ResponseContext& context) {
  out.append(
      "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: 43\r\n"
      "Cache-Control: no-store\r\nX-Ack: ");
  out.append(ack).append("\r\n");
  append_context(out, context);
  if (!set_cookie.empty()) out.append("Set-Cookie: ").append(set_cookie).append("\r\n");
  out.append("\r\n");
  if (!context.head) out.append(pixel_gif());
}

std::string date_header(int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const size_t size =
      std::strftime(text, sizeof(text), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return {text, size};
}

}  // namespace rekindle::io
