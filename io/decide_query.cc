#include "io/decide_query.h"

#include <fmt/format.h>

#include "core/clock.h"
#include "core/decision.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

void append_offer(std::string& out, const Offer& offer) {
  JsonObject object(out);
  object.text("type", offer.type);
  if (!offer.offer.empty()) object.text("offer", offer.offer);
  if (!offer.product.empty() || offer.offer.empty()) object.text("product", offer.product);
  if (!offer.text.empty()) object.text("text", offer.text);
  if (!offer.url.empty()) object.text("url", offer.url);
  if (!offer.discount.empty()) {
    object.text("discount", offer.discount);
    if (offer.price.empty()) object.text("currency", offer.currency);
  }
  if (!offer.offer.empty()) {
    object.key("probability").append(fmt::format("{:.6f}", offer.probability));
    if (offer.reserved_until.ms != 0) object.time("reserved_until", offer.reserved_until.ms);
  }
  if (!offer.title.empty()) object.text("title", offer.title);
  if (!offer.category.empty()) object.text("category", offer.category);
  if (!offer.price.empty()) {
    object.text("price", offer.price);
    object.text("currency", offer.currency);
  }
  object.key("score").append(fmt::format("{:.6g}", offer.score));
  object.text("source", offer.source);
  std::string& reasons = object.key("reasons");
  reasons.push_back('[');
  JsonList list(reasons);
  for (const std::string& reason : offer.reasons) {
    list.next();
    append_json_string(reasons, reason);
  }
  reasons.push_back(']');
  object.close();
}

}  // namespace

DecideQuery::DecideQuery(IoThread& thread, Kind kind, DecideRequest request, SiteId site, Done done)
    : DecideProposal(kind, std::move(request), site),
      x_thread(thread),
      x_started_ns(monotonic_ns()),
      x_done(std::move(done)) {}

Result<void> DecideQuery::ask(IoThread& thread, const Access& access, DecideRequest request,
                              Done done) {
  const auto site =
      access.find_site(request.site, thread.parts().config.default_site, thread.engine().sites());
  if (!site) return site.error();
  request.site = (*site)->name;
  const VisitorKey key = visitor_key((*site)->id, request.visitor);
  const Kind kind = kind_of(request, (*site)->id, thread.engine().decider());
  std::unique_ptr<Query> query(
      new DecideQuery(thread, kind, std::move(request), (*site)->id, std::move(done)));
  if (!thread.ask(thread.engine().shard_of(key), std::move(query))) {
    return Error{ErrorCode::kOverloaded, {}};
  }
  return {};
}

void DecideQuery::on_reply() {
  const std::unique_ptr<DecideQuery> self(this);
  x_thread.counters().decide.add(monotonic_ns() - x_started_ns);
  if (failed) {
    x_done(
        Error{ErrorCode::kStoreFailed, "nothing was decided: the server stopped or is stopping"});
  } else {
    x_done(std::move(decision()));
  }
}

void append_decision(std::string& out, const Decision& decision) {
  JsonObject object(out);
  if (decision.id != 0) object.text("decision", decision_text(decision.id));
  std::string& offers = object.key("offers");
  offers.push_back('[');
  JsonList list(offers);
  for (const Offer& offer : decision.offers) {
    list.next();
    append_offer(out, offer);
  }
  offers.push_back(']');
  if (decision.offers.empty()) object.text("nothing_because", decision.nothing_because);
  std::string& rejected = object.key("rejected");
  rejected.push_back('[');
  JsonList guards(rejected);
  for (const RejectedOffer& offer : decision.rejected) {
    guards.next();
    JsonObject entry(out);
    if (!offer.offer.empty()) entry.text("offer", offer.offer);
    if (!offer.product.empty() || offer.offer.empty()) entry.text("product", offer.product);
    entry.text("guard", offer.guard);
    entry.close();
  }
  rejected.push_back(']');
  object.number("model_version", decision.model_version);
  object.close();
}

}  // namespace rekindle::io
