// POST /v1/events: an object, an array or NDJSON of events, plain or compressed. 200 with a verdict
// on every event once they are committed; 400 only for a body that cannot be read at all.

#include "io/consent/request_signals.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/routes.h"
#include "io/uuid.h"
#include "io/verdict.h"
#include "io/visitor_cookie.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kVerbose = 1;  // Submission::context: the verdict on each event is wanted

void answer(const Submission& submission, HttpConnection& connection) {
  if (submission.refused) {
    // Senders repeat the whole request; event ids keep what was taken from counting twice.
    return connection.answer(
        submission.ticket,
        overloaded(429, submission.any_sent ? "only part of the events was taken; send all again"
                                            : "nothing was taken; send again"));
  }
  if (submission.failed) return connection.answer(submission.ticket, not_committed());
  Response response;
  response.headers.append("X-Ack: ").append(ack_word(connection.thread().engine())).append("\r\n");
  if (const std::string& cookie = connection.exchange(submission.ticket).cookie; !cookie.empty()) {
    response.headers.append("Set-Cookie: ").append(cookie).append("\r\n");
  }
  JsonObject object(response.body);
  append_verdict(object, submission);
  if (submission.context == kVerbose) append_verdicts(object, submission);
  object.close();
  response.body.push_back('\n');
  connection.answer(submission.ticket, response);
}

Result<void> decode(IoThread& thread, const Request& request) {
  if (request.content_encoding.empty() || request.content_encoding == "identity") {
    return thread.json().decode(request.body, request.body_readable, thread.intake());
  }
  std::string& body = thread.scratch();
  if (const auto inflated = thread.inflater().inflate(request.body, body); !inflated) {
    return inflated.error();
  }
  return thread.json().decode(body, thread.intake());
}

bool is_known_coding(std::string_view coding) {
  return coding.empty() || coding == "identity" || coding == "gzip" || coding == "x-gzip" ||
         coding == "deflate";
}

// A new visitor's name; empty when the request is no page's, or has one.
std::string new_uuid_for(const Request& request, std::string_view known) {
  if (!known.empty() || request.origin.empty()) return {};
  const auto uuid = new_uuid();
  return {uuid.data(), uuid.size()};
}

}  // namespace

void post_events(Call& call) {
  if (!is_known_coding(call.request.content_encoding)) {
    Response response = problem(415, "Content-Encoding must be gzip, deflate or identity");
    response.headers = "Accept-Encoding: gzip, deflate\r\n";
    return call.reply.send(response);
  }
  Submission& submission = call.thread.new_submission("json");
  if (const Site* const site = call.access.site()) call.thread.intake().confine(*site);
  const bool is_verbose = query_parameter(call.request.query, "verbose") == "1";
  if (is_verbose) call.thread.intake().list_verdicts();
  const ConsentSignals signals = consent_signals(call.request);
  call.thread.intake().hear(signals);
  call.thread.intake().hear_agent(call.request.user_agent, false);
  // Events of a page that name no visitor are of the one its browser's cookie names.
  const std::string_view known = visitor_in_cookie(call.request);
  const auto uuid = new_uuid_for(call.request, known);
  call.thread.intake().set_default_visitor(known.empty() ? uuid : known);
  const auto decoded = decode(call.thread, call.request);
  std::string& scratch = call.thread.scratch();
  constexpr size_t kKeptBytes = 256 * 1'024;
  if (scratch.capacity() > kKeptBytes) std::string().swap(scratch);
  if (!decoded) {
    call.thread.drop(submission);
    return call.reply.send(problem(decoded.error()));
  }
  if (known.empty() && call.thread.intake().used_default_visitor() &&
      call.thread.intake().accepted() > 0) {
    call.reply.connection().exchange(call.reply.ticket()).cookie =
        visitor_cookie(call.thread.parts().config.cookie, call.request, uuid);
  }
  call.access.count_events(call.thread.intake().seen(), call.thread.engine().clock());
  submission.receiver = &call.reply.connection();
  submission.ticket = call.reply.ticket();
  submission.answer = answer;
  if (is_verbose) submission.context = kVerbose;
  call.thread.submit(submission);
}

}  // namespace rekindle::io::routes
