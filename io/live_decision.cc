#include "io/live_decision.h"

#include <memory>

#include "io/audience_names.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

// Two decisions are the same to who shows them when offers, reasons and audiences are; scores move
// with every event of anybody.
std::string mark_of(const DecideAnswer& answer) {
  std::string mark;
  const auto add = [&mark](std::string_view text) { mark.append(text).push_back('\0'); };
  for (const PlacedDecision& placed : answer.placements) {
    for (const Offer& offer : placed.decision.offers) {
      add(offer.type);
      add(offer.product);
      add(offer.price);
      add(offer.title);
      add(offer.text);
      for (const std::string& reason : offer.reasons) add(reason);
      mark.push_back('\1');
    }
    add(placed.decision.nothing_because);
  }
  for (const std::string& name : answer.audiences) add(name);
  return mark;
}

}  // namespace

class LiveDecision::Watch final : public Query {
 public:
  explicit Watch(LiveDecision& owner) : x_owner(owner.shared_from_this()), x_key(owner.x_key) {}
  void run(QueryScope& scope) override { scope.wait_for(x_key, *this); }
  void on_reply() override {
    const std::unique_ptr<Watch> self(this);
    x_owner->x_watching = nullptr;
    if (!failed) x_owner->on_touched();
  }

 private:
  std::shared_ptr<LiveDecision> x_owner;  // touched on the io thread only
  VisitorKey x_key;
};

Result<std::shared_ptr<LiveDecision>> LiveDecision::make(IoThread& thread, const Access& access,
                                                         DecideRequest request, Tell tell) {
  const auto site =
      access.find_site(request.site, thread.parts().config.default_site, thread.engine().sites());
  if (!site) return site.error();
  const VisitorKey key = visitor_key((*site)->id, request.visitor);
  request.is_dry = true;
  return std::shared_ptr<LiveDecision>(
      new LiveDecision(thread, access, std::move(request), key, std::move(tell)));
}

void LiveDecision::resume() {
  if (!x_tell) return;
  if (x_watching == nullptr) watch();
  if (x_stale && x_watching != nullptr && !x_asking) ask();
}

void LiveDecision::watch() {
  auto query = std::make_unique<Watch>(*this);
  Query* const waiting = query.get();
  if (x_thread.ask(x_thread.engine().shard_of(x_key), std::move(query))) x_watching = waiting;
}

void LiveDecision::ask() {
  const std::shared_ptr<LiveDecision> self = shared_from_this();
  const auto asked =
      DecideQuery::ask(x_thread, x_access, x_request, x_access.may(Scope::kVisitorsRead),
                       [self](const Result<DecideAnswer>& answer) { self->on_decided(answer); });
  if (!asked) return;  // a full inbox: resume() comes again
  x_asking = true;
  x_stale = false;
}

void LiveDecision::on_touched() {
  x_stale = true;
  resume();
}

void LiveDecision::on_decided(const Result<DecideAnswer>& answer) {
  x_asking = false;
  if (!x_tell) return;
  if (!answer) {  // a full inbox on the way: resume() comes again
    x_stale = x_stale || answer.error().code == ErrorCode::kOverloaded;
    return;
  }
  std::string mark = mark_of(*answer);
  if (mark != x_told || x_told.empty()) {
    std::string text;
    JsonObject object(text);
    object.text("placement", x_request.placement);
    object.text("visitor", x_request.visitor);
    if (x_access.may(Scope::kVisitorsRead))
      append_names(object.key("audiences"), answer->audiences);
    append_answer(object.key("decision"), *answer);
    object.close();
    if (x_tell(text)) {
      x_told = std::move(mark);
    } else {
      x_stale = true;
      return;  // resume() when the reader has caught up
    }
  }
  resume();
}

void LiveDecision::end() {
  x_tell = nullptr;
  if (x_watching != nullptr) x_thread.stop_waiting(x_key, x_watching);
}

}  // namespace rekindle::io
