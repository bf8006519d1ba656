#include "io/handover/handover_page.h"

#include "core/assert.h"
#include "core/limits.h"

namespace rekindle::io {
namespace {

std::string_view word_of(HandoverAction action) {
  return action == HandoverAction::kAdd ? "add" : "remove";
}

template <typename Function>
void for_each_refusal(const Function& function) {
  for (unsigned i = 0; i < kRefusals; ++i) function(static_cast<Refusal>(i));
}

}  // namespace

void HandoverPage::add(const Person& person, HandoverAction action) {
  RK_ASSERT(x_entries < limits::kHandoverEntriesMax);
  ++x_entries;
  Refusals refusals;
  x_row.clear();
  size_t takes = 0;
  const bool allowed = action == HandoverAction::kAdd ? person.may_share && person.may_personalise
                                                      : person.may_be_listed;
  if (!allowed) {
    refusals.add(Refusal::kNoConsent);
  } else {
    takes = x_format.append_row(x_row, person, action, refusals);
    if (takes == 0) refusals.add(Refusal::kNoIdentifier);
  }
  if (takes == 0) return list_unmatched(person, action, refusals);

  Track& to = track(action);
  if (to.filled + takes > limits::kHandoverBodyMax) close_body(action, false);
  if (to.entries == 0) {
    x_format.open_body(to.body, action);
  } else {
    to.body.push_back(',');
  }
  to.body.append(x_row);
  to.filled += takes;
  ++to.entries;
  ++x_matched;
  for_each_refusal([&](Refusal refusal) {
    if (refusals.has(refusal)) ++x_refused[static_cast<size_t>(refusal)];
  });
}

void HandoverPage::close_body(HandoverAction action, bool last) {
  Track& of = track(action);
  if (of.entries == 0) return;
  x_format.close_body(of.body, action, BodyPlace{of.bodies, last});
  const HandoverCall call = x_format.call(action);
  JsonObject request(of.requests);
  request.text("action", word_of(action));
  request.text("method", call.method);
  request.text("path", call.path);
  request.number("entries", static_cast<uint64_t>(of.entries));
  request.key("body").append(of.body);
  request.close();
  of.requests.push_back(',');
  of.body.clear();
  of.entries = 0;
  of.filled = 0;
  ++of.bodies;
}

void HandoverPage::list_unmatched(const Person& person, HandoverAction action,
                                  const Refusals& refusals) {
  if (!x_unmatched.empty()) x_unmatched.push_back(',');
  JsonObject entry(x_unmatched);
  entry.text("member", person.external_id);
  entry.text("action", word_of(action));
  entry.key("reasons").push_back('[');
  JsonList list(x_unmatched);
  for_each_refusal([&](Refusal refusal) {
    if (!refusals.has(refusal)) return;
    list.next();
    append_json_string(x_unmatched, name_of(refusal));
  });
  x_unmatched.push_back(']');
  entry.close();
}

void HandoverPage::finish(JsonObject& envelope) {
  close_body(HandoverAction::kRemove, true);
  close_body(HandoverAction::kAdd, true);
  envelope.text("format", x_format.name());
  x_format.append_setup(envelope);
  std::string& out = envelope.key("requests");
  out.push_back('[');
  for (const HandoverAction action : {HandoverAction::kRemove, HandoverAction::kAdd}) {
    out.append(track(action).requests);
    track(action).requests = {};
  }
  if (out.back() == ',') out.pop_back();
  out.push_back(']');
  envelope.number("matched", x_matched);
  envelope.key("unmatched").append("[").append(x_unmatched).append("]");
  JsonObject refused(envelope.key("refused_fields"));
  for_each_refusal([&](Refusal refusal) {
    const uint64_t count = x_refused[static_cast<size_t>(refusal)];
    if (count != 0) refused.number(name_of(refusal), count);
  });
  refused.close();
}

}  // namespace rekindle::io
