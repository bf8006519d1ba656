// POST /v1/hooks/{name}: what others tell by webhook, signed with a secret that only they and we
// know. No key is asked for: the signature is one, for this hook's site alone.

#include <algorithm>

#include "io/hooks/hook_events.h"
#include "io/hooks/hook_signature.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/routes.h"
#include "io/verdict.h"

namespace rekindle::io::routes {
namespace {

// Submission::context is how many were left out. Senders repeat what is no 2xx.
void answer(const Submission& submission, HttpConnection& connection) {
  if (submission.refused) return connection.answer(submission.ticket, overloaded(503));
  if (submission.failed) return connection.answer(submission.ticket, not_committed());
  Response response;
  response.headers.append("X-Ack: ").append(ack_word(connection.thread().engine())).append("\r\n");
  JsonObject object(response.body);
  append_verdict(object, submission);
  object.number("ignored", submission.context);
  object.close();
  response.body.push_back('\n');
  connection.answer(submission.ticket, response);
}

Response unsigned_request(const Error& error) {
  return problem(401, error.code, error.detail);
}

}  // namespace

void post_hook(Call& call) {
  IoThread& thread = call.thread;
  const auto& hooks = thread.parts().config.hooks;
  const auto hook = std::find_if(hooks.begin(), hooks.end(), [&](const HookConfig& config) {
    return config.name == call.argument;
  });
  if (hook == hooks.end()) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no such hook"));
  }
  const auto message =
      verify_hook(*hook, call.request.fields, call.request.body, thread.engine().clock().now());
  if (!message) return call.reply.send(unsigned_request(message.error()));
  if (const std::string_view coding = call.request.content_encoding;
      !coding.empty() && coding != "identity") {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  const Site* const site = thread.engine().sites().find(hook->site);
  Submission& submission = thread.new_submission("hook/" + hook->name);
  thread.intake().confine(*site);
  HookEvents events;
  if (const auto decoded = events.decode(*hook, call.request.body, *message, thread.intake());
      !decoded) {
    thread.drop(submission);
    return call.reply.send(problem(decoded.error()));
  }
  submission.receiver = &call.reply.connection();
  submission.ticket = call.reply.ticket();
  submission.context = events.ignored();
  submission.answer = answer;
  thread.submit(submission);
}

}  // namespace rekindle::io::routes
