// GET /pixel.gif: one event from its query string. The answer leaves when the event is committed; a
// faulty event is quarantined and still gets the GIF, because a page cannot do anything about it.

#include "io/consent/request_signals.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/routes.h"
#include "io/uuid.h"
#include "io/visitor_cookie.h"

namespace rekindle::io::routes {
namespace {

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
    const std::string_view known = visitor_in_cookie(call.request);
    std::string& with_visitor = thread.scratch();
    with_visitor.assign(query).append("&v=");
    if (!known.empty()) {
      with_visitor.append(known);
    } else {
      const auto uuid = new_uuid();
      with_visitor.append(uuid.data(), uuid.size());
      connection.exchange(call.reply.ticket()).cookie =
          visitor_cookie(thread.parts().config.cookie, call.request, {uuid.data(), uuid.size()});
    }
    query = with_visitor;
  }
  Submission& submission = thread.new_submission("pixel");
  submission.receiver = &connection;
  submission.ticket = call.reply.ticket();
  submission.answer = answer;
  if (const Site* const site = call.access.site()) thread.intake().confine(*site);
  const ConsentSignals signals = consent_signals(call.request);
  thread.intake().hear(signals);
  thread.pixel().decode(query, thread.intake());
  if (thread.intake().without_consent() > 0) {
    connection.exchange(call.reply.ticket()).cookie.clear();  // nothing is left at the visitor
  }
  call.access.count_events(1, thread.engine().clock());
  connection.read_after_answer();
  thread.submit(submission);
}

}  // namespace rekindle::io::routes
