// GET /pixel.gif: one event from its query string. The answer leaves when the event is committed; a
// faulty event is quarantined and still gets the GIF, because a page cannot do anything about it.

#include <sys/random.h>

#include <array>
#include <cstring>

#include "core/assert.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

constexpr std::string_view kCookie = "rk_visitor";
constexpr std::string_view kCookieRest = "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";
constexpr size_t kUuidBytes = 36;

bool names_visitor(std::string_view query) {
  for (size_t at = 0; at < query.size();) {
    const std::string_view rest = query.substr(at);
    if (rest.starts_with("v=") && rest.size() > 2 && rest[2] != '&') return true;
    const size_t next = rest.find('&');
    if (next == std::string_view::npos) return false;
    at += next + 1;
  }
  return false;
}

// Only what we gave ourselves: it goes into a query string as it is.
bool is_uuid(std::string_view text) {
  return text.size() == kUuidBytes &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

// A random version 4 UUID (RFC 9562).
std::array<char, kUuidBytes> new_uuid() {
  std::array<uint8_t, 16> bytes{};
  RK_ASSERT(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, kUuidBytes> text{};
  size_t at = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = kHex[bytes[i] >> 4];
    text[at++] = kHex[bytes[i] & 15];
  }
  return text;
}

void answer(const Submission& submission, HttpConnection& connection) {
  if (submission.refused) return connection.answer(submission.ticket, overloaded(503));
  if (submission.failed) return connection.answer(submission.ticket, not_committed());
  connection.answer_pixel(submission.ticket, ack_word(connection.thread().engine()));
}

}  // namespace

void pixel(Call& call) {
  IoThread& thread = call.thread;
  HttpConnection& connection = call.reply.connection();
  std::string_view query = call.request.query;
  if (!names_visitor(query)) {
    const std::string_view known = cookie_value(call.request.cookie, kCookie);
    std::string& with_visitor = thread.scratch();
    with_visitor.assign(query).append("&v=");
    if (is_uuid(known)) {
      with_visitor.append(known);
    } else {
      const auto uuid = new_uuid();
      with_visitor.append(uuid.data(), uuid.size());
      connection.exchange(call.reply.ticket())
          .cookie.assign(kCookie)
          .append("=")
          .append(uuid.data(), uuid.size())
          .append(kCookieRest);
    }
    query = with_visitor;
  }
  Submission& submission = thread.new_submission("pixel");
  submission.receiver = &connection;
  submission.ticket = call.reply.ticket();
  submission.answer = answer;
  thread.pixel().decode(query, thread.intake());
  thread.submit(submission);
}

}  // namespace rekindle::io::routes
