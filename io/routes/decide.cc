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
  const auto asked = DecideQuery::ask(call.thread, *std::move(request),
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
