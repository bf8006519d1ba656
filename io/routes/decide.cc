// GET and POST /v1/decide: the next best offers for a visitor; with events in the same request, of
// which the answer leaves once they are committed and has made use of.

#include <charconv>
#include <memory>

#include "io/audience_names.h"
#include "io/consent/request_signals.h"
#include "io/control_frame.h"
#include "io/decide_query.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"
#include "io/verdict.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kOffersDefault = 3;

// Product ids with commas between.
std::vector<std::string> products_of(const std::string& list) {
  std::vector<std::string> products;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(',', at), list.size());
    if (end > at) products.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return products;
}

Result<DecideRequest> read_query(std::string_view query) {
  DecideRequest request;
  request.visitor = query_parameter(query, "visitor");
  request.site = query_parameter(query, "site");
  if (auto placement = query_parameter(query, "placement"); !placement.empty()) {
    request.placement = std::move(placement);
  }
  const auto dry = number_parameter(query, "dry", 0, 0, 1);
  if (!dry) return dry.error();
  request.is_dry = *dry == 1;
  const auto n = number_parameter(query, "n", kOffersDefault, 1, limits::kOffersMax);
  if (!n) return n.error();
  request.offers_max = static_cast<uint32_t>(*n);
  request.cart = products_of(query_parameter(query, "cart"));
  request.cart_discount = query_parameter(query, "cart_discount");
  request.shown = products_of(query_parameter(query, "shown"));
  if (const auto checked = check(request); !checked) return checked.error();
  return request;
}

void decide(Call& call, Result<DecideRequest> request) {
  if (!request) return call.reply.send(problem(request.error()));
  const auto asked = DecideQuery::ask(call.thread, call.access, *std::move(request), false,
                                      [reply = call.reply](const Result<DecideAnswer>& answer) {
                                        if (!answer) return reply.send(problem(answer.error()));
                                        Response response;
                                        response.headers = "Cache-Control: no-store\r\n";
                                        append_answer(response.body, *answer);
                                        response.body.push_back('\n');
                                        reply.send(response);
                                      });
  if (!asked) call.reply.send(problem(asked.error()));
}

// What is owed on the way from events to offers.
struct Owed {
  IoThread& thread;
  Access access;
  Reply reply;
  DecideRequest request;
  std::string answer;  // as far as it is written
};

// The audiences only for those who may read visitors.
void ask_for_offers(const std::shared_ptr<Owed>& owed) {
  const bool with_audiences = owed->access.may(Scope::kVisitorsRead);
  const auto asked =
      DecideQuery::ask(owed->thread, owed->access, owed->request, with_audiences,
                       [owed, with_audiences](const Result<DecideAnswer>& answer) {
                         if (!answer) return owed->reply.send(problem(answer.error()));
                         if (with_audiences)
                           append_names(owed->answer.append(",\"audiences\":"), answer->audiences);
                         Response response;
                         response.headers = "Cache-Control: no-store\r\nX-Ack: ";
                         response.headers.append(ack_word(owed->thread.engine())).append("\r\n");
                         std::string offers;
                         append_answer(offers, *answer);
                         response.body = std::move(owed->answer);
                         response.body.append(",").append(offers, 1).append("\n");
                         owed->reply.send(response);
                       });
  if (!asked) owed->reply.send(overloaded(503, "the events were taken; ask again without them"));
}

void events_then_decide(Call& call, DecideRequest request, const std::string& events) {
  IoThread& thread = call.thread;
  if (const Denial denial = call.access.check(Scope::kCollect); denial != Denial::kNone) {
    return call.reply.send(problem(denial, "events in it need the scope collect"));
  }
  const auto site = call.access.find_site(request.site, thread.parts().config.default_site,
                                          thread.engine().sites());
  if (!site) return call.reply.send(problem(site.error()));
  Submission& submission = thread.new_submission("decide");
  if (const Site* const only = call.access.site()) thread.intake().confine(*only);
  const ConsentSignals signals = consent_signals(call.request);
  thread.intake().hear(signals);
  thread.intake().hear_agent(call.request.user_agent, false);
  std::string body = events;
  if (const auto decoded = thread.json().decode(body, thread.intake()); !decoded) {
    thread.drop(submission);
    return call.reply.send(problem(decoded.error()));
  }
  call.access.count_events(thread.intake().seen(), thread.engine().clock());
  const auto owed =
      std::make_shared<Owed>(Owed{thread, call.access, call.reply, std::move(request), {}});
  submission.and_then = [owed](const Submission& taken) {
    if (taken.refused) return owed->reply.send(overloaded(429, "send again, events and all"));
    if (taken.failed) return owed->reply.send(not_committed());
    JsonObject verdict(owed->answer.append("{\"events\":"));
    append_verdict(verdict, taken);
    verdict.close();
    ask_for_offers(owed);
  };
  thread.submit(submission);
}

}  // namespace

void get_decide(Call& call) {
  decide(call, read_query(call.request.query));
}

void post_decide(Call& call) {
  if (!call.request.content_encoding.empty()) {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  auto body = parse_decide_body(call.request.body);
  if (!body) return call.reply.send(problem(body.error()));
  if (!body->events) return decide(call, std::move(body->request));
  events_then_decide(call, std::move(body->request), *std::move(body->events));
}

}  // namespace rekindle::io::routes
