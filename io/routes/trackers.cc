// Requests of other trackers, on their own paths. One submission a request, whatever the protocol:
// decompressed by its bytes, decoded, answered as its clients expect once it is committed. What is
// overload here is 503 with Retry-After there, which all their clients repeat.

#include <algorithm>

#include "core/assert.h"
#include "core/clock.h"
#include "io/access/origin.h"
#include "io/consent/request_signals.h"
#include "io/decoders/json_events.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// What the answer needs to know, in Submission::context.
//   bits 0 … 31 inputs · 32 … 39 kind of answer · 40 … 47 tracker · 48 unreadable
uint64_t pack(const TrackerCall& call, size_t tracker) {
  return uint64_t{call.inputs} | uint64_t{call.answer_as} << 32 | uint64_t{tracker} << 40 |
         uint64_t{call.unreadable} << 48;
}

Response answer_of(const Tracker& tracker, const TrackerOutcome& outcome) {
  if (outcome.unreadable && !outcome.rejections.empty()) {
    const Rejection& rejection = outcome.rejections.front();
    return problem(Error{rejection.code, rejection.detail});
  }
  Response response;
  tracker.answer(outcome, response);
  return response;
}

void add_headers(Response& response, const Exchange& exchange) {
  response.headers.append(exchange.headers);
  if (!exchange.origin.empty()) response.headers += "Access-Control-Allow-Credentials: true\r\n";
}

void answer(const Submission& submission, HttpConnection& connection) {
  const Exchange& exchange = connection.exchange(submission.ticket);
  Response response;
  if (submission.refused) {
    response = overloaded(503, "nothing or only part was taken; send all again");
  } else if (submission.failed) {
    response = not_committed();
  } else {
    const uint64_t context = submission.context;
    const TrackerOutcome outcome{static_cast<uint8_t>(context >> 32 & 0xff),
                                 (context >> 48 & 1) != 0, static_cast<uint32_t>(context),
                                 submission.rejections};
    const Tracker& tracker = connection.thread().trackers().at(context >> 40 & 0xff);
    response = answer_of(tracker, outcome);
    response.headers.append("X-Ack: ").append(ack_word(connection.thread().engine()));
    response.headers.append("\r\n");
  }
  add_headers(response, exchange);
  connection.answer(submission.ticket, response);
}

// Whether pages of the request's origin may send to trackers at all; which key they have is seen
// later.
bool may_come(const Call& call) {
  const ServerParts& parts = call.thread.parts();
  const std::string_view origin = call.request.origin;
  return is_origin(origin) && (parts.keyring.is_open() || !parts.config.tracker_keys.empty() ||
                               parts.keyring.some_key_allows(origin));
}

Response preflight() {
  Response response;
  response.status = 204;
  response.headers =
      "Allow: GET, HEAD, POST, OPTIONS\r\n"
      "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n"
      "Access-Control-Allow-Headers: Authorization, AnonymousId, Content-Encoding, Content-Type, "
      "SP-Anonymous, X-Retry-Count, X-Write-Key, X-Requested-With\r\n"
      "Access-Control-Max-Age: 86400\r\n";
  return response;
}

// Some clients compress without saying so.
bool is_compressed(const Request& request) {
  const std::string_view coding = request.content_encoding;
  return request.body.starts_with("\x1f\x8b") || (!coding.empty() && coding != "identity");
}

bool is_known_coding(std::string_view coding) {
  return coding.empty() || coding == "identity" || coding == "gzip" || coding == "x-gzip" ||
         coding == "deflate";
}

TrackerCall call_of(IoThread& thread, const Request& request, Intake& intake) {
  TrackerCall call{thread.parts().config, thread.engine().sites(), intake};
  call.method = request.method == Method::kHead ? Method::kGet : request.method;
  call.path = without_slash(request.path);
  for (const TrackerPath& alias : thread.parts().config.tracker_paths) {
    if (alias.path == call.path) call.path = alias.stands_for;
  }
  call.query = request.query;
  call.body = request.body;
  call.body_readable = request.body_readable;
  call.authorization = request.authorization;
  call.write_key = request.write_key;
  call.cookie = request.cookie;
  call.anonymous = request.anonymous;
  call.keyring = &thread.parts().keyring;
  return call;
}

// Errors: kBrokenCompression, kBodyTooLarge.
Result<void> unpack(IoThread& thread, const Request& request, TrackerCall& call) {
  if (!is_compressed(request)) return {};
  std::string& scratch = thread.scratch();
  if (auto done = thread.inflater().inflate(request.body, scratch); !done) return done;
  scratch.reserve(scratch.size() + kJsonPaddingBytes);
  call.body = scratch;
  call.body_readable = scratch.capacity();
  return {};
}

void let_go(std::string& scratch) {
  constexpr size_t kKeptBytes = 256 * 1'024;
  if (scratch.capacity() > kKeptBytes) std::string().swap(scratch);
}

// Whether who sent it may: nothing when so. The key is known once the request is decoded.
std::optional<Response> refusal_of(Call& call, const TrackerCall& decoded) {
  const ServerParts& parts = call.thread.parts();
  if (parts.keyring.is_open()) return std::nullopt;
  call.reply.connection().exchange(call.reply.ticket()).origin.clear();
  if (!decoded.is_known)
    return unauthorized(parts.keyring, decoded.key.empty() ? "" : "unknown key");
  // A tracker's id of its own (a measurement id, a pixel id) has no list of origins.
  Exchange& exchange = call.reply.connection().exchange(call.reply.ticket());
  if (decoded.access_key == nullptr) {
    if (is_origin(call.request.origin)) exchange.origin = call.request.origin;
    return std::nullopt;
  }
  const Clock& clock = call.thread.engine().clock();
  call.access = Access(*decoded.access_key);
  exchange.origin = origin_for(parts.keyring, call.request, call.access);
  auto refusal = admit_found(*decoded.access_key, call.request, clock);
  if (!refusal) call.access.count_events(decoded.intake.seen(), clock);
  return refusal;
}

void take_out_cookies(std::string& headers) {
  constexpr std::string_view kField = "Set-Cookie: ";
  for (size_t at = 0; at < headers.size();) {
    const size_t end = headers.find("\r\n", at) + 2;
    if (headers.compare(at, kField.size(), kField) == 0) {
      headers.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

// Decodes into a submission that is dropped: only the answer leaves.
void rehearse(Call& call, Tracker& tracker) {
  IoThread& thread = call.thread;
  Submission& submission = thread.new_submission(tracker.name());
  IntakeCounters counted_nowhere;
  Intake intake(thread.engine(), counted_nowhere);
  intake.start(submission, thread.engine().clock().now(), tracker.name(),
               thread.parts().config.default_site);
  TrackerCall tracker_call = call_of(thread, call.request, intake);
  Response response;
  if (const auto unpacked = unpack(thread, call.request, tracker_call); !unpacked) {
    response = problem(unpacked.error());
  } else {
    tracker.decode(tracker_call);
    response = answer_of(tracker, {tracker_call.answer_as, tracker_call.unreadable,
                                   tracker_call.inputs, intake.rejections()});
    if (auto refusal = refusal_of(call, tracker_call)) response = *std::move(refusal);
  }
  add_headers(response, call.reply.connection().exchange(call.reply.ticket()));
  let_go(thread.scratch());
  thread.drop(submission);
  call.reply.send(response);
}

void take(Call& call, Tracker& tracker) {
  IoThread& thread = call.thread;
  Submission& submission = thread.new_submission(tracker.name());
  TrackerCall tracker_call = call_of(thread, call.request, thread.intake());
  if (const auto unpacked = unpack(thread, call.request, tracker_call); !unpacked) {
    tracker_call.refuse_body(unpacked.error(), call.request.body);
  } else {
    const ConsentSignals signals = consent_signals(call.request);
    thread.intake().hear(signals);
    thread.intake().hear_agent(call.request.user_agent, false);
    tracker.decode(tracker_call);
  }
  let_go(thread.scratch());
  if (const auto refusal = refusal_of(call, tracker_call)) {
    thread.drop(submission);
    return call.reply.send(*refusal);
  }
  // Where nothing may be kept, nothing is left at the visitor either.
  const Intake& intake = thread.intake();
  const bool leaves_cookies = intake.without_consent() == 0 || intake.accepted() > 0;
  if (!leaves_cookies) take_out_cookies(tracker_call.headers);
  HttpConnection& connection = call.reply.connection();
  connection.exchange(call.reply.ticket()).headers = std::move(tracker_call.headers);
  submission.receiver = &connection;
  submission.ticket = call.reply.ticket();
  submission.context = pack(tracker_call, thread.trackers().index_of(tracker));
  submission.answer = answer;
  thread.submit(submission);
}

}  // namespace

bool serve_tracker(Call& call) {
  const Request& request = call.request;
  const TrackerCall asked = call_of(call.thread, request, call.thread.intake());
  Tracker* const tracker = call.thread.trackers().find(asked.path);
  if (tracker == nullptr) return false;
  Exchange& exchange = call.reply.connection().exchange(call.reply.ticket());
  if (may_come(call)) exchange.origin = request.origin;
  Response refusal;
  if (request.method == Method::kOptions) {
    refusal = preflight();
  } else if (asked.method != Method::kGet && asked.method != Method::kPost) {
    refusal = problem(405);
    refusal.headers = "Allow: GET, HEAD, POST, OPTIONS\r\n";
  } else if (!is_known_coding(request.content_encoding)) {
    refusal = problem(415, "Content-Encoding must be gzip, deflate or identity");
    refusal.headers = "Accept-Encoding: gzip, deflate\r\n";
  } else {
    tracker->is_rehearsal(asked.path) ? rehearse(call, *tracker) : take(call, *tracker);
    return true;
  }
  add_headers(refusal, exchange);
  call.reply.send(refusal);
  return true;
}

}  // namespace rekindle::io::routes
