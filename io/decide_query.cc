#include "io/decide_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/clock.h"
#include "core/decision.h"
#include "io/json_text.h"
#include "io/visitor_states.h"
#include "io/whole_scope.h"

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
  if (!offer.offer.empty()) object.text("offer", offer.offer);
  if (!offer.product.empty()) object.text("product", offer.product);
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
  if (!offer.list_price.empty()) object.text("list_price", offer.list_price);
  if (!offer.bundle.empty()) append_texts(object.key("bundle"), offer.bundle);
  object.key("score").append(fmt::format("{:.6g}", offer.score));
  object.text("source", offer.source);
  append_texts(object.key("reasons"), offer.reasons);
  object.close();
}

}  // namespace

// What is asked and how far it is answered. Held by the query on its way.
struct DecideQuery::Question {
  IoThread& thread;
  DecideRequest request;
  SiteId site;
  VisitorKey visitor;
  bool with_audiences;
  int64_t started_ns;
  Done done;
  DecideAnswer answer;
  VisitorStates others = {};  // of the visitor's person; null: there are none

  [[nodiscard]] bool is_answered() const {
    return answer.placements.size() == std::max<size_t>(1, request.placements.size());
  }
  // The next placement of a page; a single one is in the request already.
  void go_on() {
    if (!answer.is_page) return;
    const PlacementRequest& next = request.placements[answer.placements.size()];
    request.placement = next.name;
    request.offers_max = next.offers_max;
  }
  void take(Decision&& decision) {
    for (const Offer& offer : decision.offers) {
      if (!offer.product.empty()) request.shown.push_back(offer.product);
      for (const std::string& product : offer.bundle) request.shown.push_back(product);
    }
    answer.placements.push_back({request.placement, std::move(decision)});
  }
};

DecideQuery::DecideQuery(Kind kind, const DecideRequest& request, SiteId site,
                         std::shared_ptr<Question> question)
    : DecideProposal(kind, request, site), x_question(std::move(question)) {}

Result<void> DecideQuery::ask(IoThread& thread, const Access& access, DecideRequest request,
                              bool with_audiences, Done done) {
  const auto site =
      access.find_site(request.site, thread.parts().config.default_site, thread.engine().sites());
  if (!site) return site.error();
  request.site = (*site)->name;
  const VisitorKey key = visitor_key((*site)->id, request.visitor);
  const bool is_page = !request.placements.empty();
  const auto question = std::make_shared<Question>(Question{thread,
                                                            std::move(request),
                                                            (*site)->id,
                                                            key,
                                                            with_audiences,
                                                            monotonic_ns(),
                                                            std::move(done),
                                                            {is_page, {}, {}}});
  const auto others = thread.engine().identity().companions().of(key, limits::kPersonProfilesMax);
  if (others.empty()) return ask_next(question);
  return read_states(thread, others, [question](Result<VisitorStates> states) {
    if (!states) return finish(*question, states.error());
    question->others = std::move(*states);
    if (auto outcome = ask_next(question); !outcome) finish(*question, outcome);
  });
}

void DecideQuery::run(QueryScope& scope) {
  const Question& question = *x_question;
  const std::span<const Visitor> others =
      question.others == nullptr ? std::span<const Visitor>() : std::span(*question.others);
  const uint32_t partitions = question.thread.engine().partitions();
  WholeScope whole(scope, question.visitor, partitions, others);
  if (question.with_audiences) x_audiences = audience_names(whole, question.visitor, partitions);
  DecideProposal::run(whole);
}

Result<void> DecideQuery::ask_next(const std::shared_ptr<Question>& question) {
  question->go_on();
  IoThread& thread = question->thread;
  const DecideRequest& request = question->request;
  const Kind kind = kind_of(request, question->site, thread.engine().decider());
  std::unique_ptr<Query> query(new DecideQuery(kind, request, question->site, question));
  if (!thread.ask(thread.engine().shard_of(question->visitor), std::move(query))) {
    return Error{ErrorCode::kOverloaded, {}};
  }
  return {};
}

void DecideQuery::on_reply() {
  const std::unique_ptr<DecideQuery> self(this);
  Question& question = *x_question;
  Result<void> outcome;
  if (failed) {
    outcome =
        Error{ErrorCode::kStoreFailed, "nothing was decided: the server stopped or is stopping"};
  } else {
    question.take(std::move(decision()));
    question.answer.audiences = std::move(x_audiences);
    if (!question.is_answered()) {
      outcome = ask_next(x_question);
      if (outcome) return;
    }
  }
  finish(question, outcome);
}

void DecideQuery::finish(Question& question, const Result<void>& outcome) {
  question.thread.counters().decide.add(monotonic_ns() - question.started_ns);
  if (!outcome) return question.done(outcome.error());
  question.done(std::move(question.answer));
}

namespace {

// `placement`: of a page; empty: not said.
void append_decision(std::string& out, std::string_view placement, const Decision& decision) {
  JsonObject object(out);
  if (!placement.empty()) object.text("placement", placement);
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
