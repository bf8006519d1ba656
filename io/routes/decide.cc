// GET and POST /v1/decide: the next best offers for a visitor.

#include <charconv>

#include "io/control_frame.h"
#include "io/decide_query.h"
#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kOffersDefault = 3;

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
  const std::string cart = query_parameter(query, "cart");  // product ids with commas between
  for (size_t at = 0; at < cart.size();) {
    const size_t end = std::min(cart.find(',', at), cart.size());
    if (end > at) request.cart.push_back(cart.substr(at, end - at));
    at = end + 1;
  }
  if (const auto checked = check(request); !checked) return checked.error();
  return request;
}

void decide(Call& call, Result<DecideRequest> request) {
  if (!request) return call.reply.send(problem(request.error()));
  const auto asked = DecideQuery::ask(call.thread, *std::move(request),
                                      [reply = call.reply](const Result<Decision>& decision) {
                                        if (!decision) return reply.send(problem(decision.error()));
                                        Response response;
                                        response.headers = "Cache-Control: no-store\r\n";
                                        append_decision(response.body, *decision);
                                        response.body.push_back('\n');
                                        reply.send(response);
                                      });
  if (!asked) call.reply.send(problem(asked.error()));
}

}  // namespace

void get_decide(Call& call) {
  decide(call, read_query(call.request.query));
}

void post_decide(Call& call) {
  if (!call.request.content_encoding.empty()) {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  decide(call, parse_decide_body(call.request.body));
}

}  // namespace rekindle::io::routes
