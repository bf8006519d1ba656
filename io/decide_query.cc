#include "io/decide_query.h"

#include <fmt/format.h>

#include "core/clock.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out.push_back('[');
  JsonList list(out);
  for (const std::string& text : texts) {
    list.next();
    append_json_string(out, text);
  }
  out.push_back(']');
}

void append_offer(std::string& out, const Offer& offer) {
  JsonObject object(out);
  object.text("type", offer.type);
  if (!offer.product.empty()) object.text("product", offer.product);
  if (!offer.title.empty()) object.text("title", offer.title);
  if (!offer.category.empty()) object.text("category", offer.category);
  if (!offer.price.empty()) {
    object.text("price", offer.price);
    object.text("currency", offer.currency);
  }
  if (!offer.list_price.empty()) object.text("list_price", offer.list_price);
  if (!offer.text.empty()) object.text("text", offer.text);
  if (!offer.url.empty()) object.text("url", offer.url);
  if (!offer.bundle.empty()) append_texts(object.key("bundle"), offer.bundle);
  object.key("score").append(fmt::format("{:.6g}", offer.score));
  object.text("source", offer.source);
  append_texts(object.key("reasons"), offer.reasons);
  object.close();
}

}  // namespace

DecideQuery::DecideQuery(IoThread& thread, DecideRequest request, VisitorKey key, SiteId site,
                         Done done)
    : x_thread(thread),
      x_request(std::move(request)),
      x_key(key),
      x_site(site),
      x_started_ns(monotonic_ns()),
      x_done(std::move(done)) {}

Result<void> DecideQuery::ask(IoThread& thread, const Access& access, DecideRequest request,
                              Done done) {
  const auto site =
      access.find_site(request.site, thread.parts().config.default_site, thread.engine().sites());
  if (!site) return site.error();
  request.site = (*site)->name;
  const VisitorKey key = visitor_key((*site)->id, request.visitor);
  std::unique_ptr<Query> query(
      new DecideQuery(thread, std::move(request), key, (*site)->id, std::move(done)));
  if (!thread.ask(thread.engine().shard_of(key), std::move(query))) {
    return Error{ErrorCode::kOverloaded, {}};
  }
  return {};
}

Decision DecideQuery::decide(QueryScope& scope) const {
  const Decider* decider = scope.decider();
  if (decider == nullptr) {
    Decision nothing;
    nothing.nothing_because = "no catalogue is loaded";
    return nothing;
  }
  const Visitor* visitor = scope.visitor(x_key);
  return decider->decide(x_request, *scope.site(x_site), visitor, scope.now(x_key));
}

// What one placement offers, the later ones of its page do not.
void DecideQuery::run(QueryScope& scope) {
  x_answer.is_page = !x_request.placements.empty();
  if (!x_answer.is_page) {
    x_answer.placements.push_back({x_request.placement, decide(scope)});
    return;
  }
  for (const PlacementRequest& placement : x_request.placements) {
    x_request.placement = placement.name;
    x_request.offers_max = placement.offers_max;
    Decision decision = decide(scope);
    for (const Offer& offer : decision.offers) {
      if (!offer.product.empty()) x_request.shown.push_back(offer.product);
      for (const std::string& product : offer.bundle) x_request.shown.push_back(product);
    }
    x_answer.placements.push_back({placement.name, std::move(decision)});
  }
}

void DecideQuery::on_reply() {
  const std::unique_ptr<DecideQuery> self(this);
  x_thread.counters().decide.add(monotonic_ns() - x_started_ns);
  if (failed) {
    x_done(Error{ErrorCode::kStoreFailed, "the server is stopping"});
  } else {
    x_done(std::move(x_answer));
  }
}

namespace {

// `placement`: of a page; empty: not said.
void append_decision(std::string& out, std::string_view placement, const Decision& decision) {
  JsonObject object(out);
  if (!placement.empty()) object.text("placement", placement);
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
    entry.text("product", offer.product);
    entry.text("guard", offer.guard);
    entry.close();
  }
  rejected.push_back(']');
  object.number("model_version", decision.model_version);
  object.close();
}

}  // namespace

void append_answer(std::string& out, const DecideAnswer& answer) {
  if (!answer.is_page) return append_decision(out, {}, answer.placements.front().decision);
  JsonObject object(out);
  object.key("placements").push_back('[');
  JsonList list(out);
  for (const PlacedDecision& placed : answer.placements) {
    list.next();
    append_decision(out, placed.placement, placed.decision);
  }
  out.push_back(']');
  object.close();
}

}  // namespace rekindle::io
