// DELETE /v1/visitors/{id} forgets a visitor, and whoever is linked with them, and answers with a
// receipt for each; GET /v1/erasures/{receipt}
// says how far that is. docs/privacy.md tells what goes when, and how a receipt is checked.

#include "core/engine.h"
#include "core/sha256.h"
#include "io/decide_query.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"
#include "io/uuid.h"

namespace rekindle::io::routes {
namespace {

std::string new_id() {
  const auto uuid = new_uuid();
  return {uuid.data(), uuid.size()};
}

std::string proof_of(const ErasureRequest& request, const std::string& site) {
  std::string text = "rekindle erasure";
  for (const std::string* part : {&request.id, &request.secret, &site, &request.name}) {
    text.append("\n").append(*part);
  }
  return sha256_hex(text);
}

void append_removed(std::string& out, const ErasedCounts& counts) {
  JsonObject object(out);
  object.number("events", counts.events);
  object.number("audiences", counts.audiences);
  object.number("log_events", counts.log_events);
  object.number("log_changes", counts.log_changes);
  object.number("log_sessions", counts.log_sessions);
  object.number("learnt_sessions", counts.learnt_sessions);
  object.number("quarantined", counts.quarantined);
  object.number("log_claims", counts.log_claims);
  object.number("links", counts.links);
  object.close();
}

void append_receipt(JsonObject& object, const Engine& engine, const ErasureReceipt& receipt,
                    const std::string& secret) {
  object.text("receipt", receipt.id);
  if (const Site* const site = engine.sites().find(receipt.site)) object.text("site", site->name);
  object.text("state", name_of(receipt.state));
  object.time("requested_at", receipt.requested_at.ms);
  object.time("complete_by", receipt.complete_by.ms);
  if (receipt.state == ErasureState::kComplete) {
    object.time("completed_at", receipt.completed_at.ms);
  }
  append_removed(object.key("removed"), receipt.counts);
  object.text("proof", receipt.proof);
  if (!secret.empty()) object.text("secret", secret);
}

Response answer(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers = "Cache-Control: no-store\r\n";
  response.body = std::move(body);
  response.body.push_back('\n');
  return response;
}

ErasureRequest request_for(const Site& site, std::string name) {
  ErasureRequest request;
  request.id = new_id();
  request.site = site.id;
  request.name = std::move(name);
  request.secret = new_id();
  request.proof = proof_of(request, site.name);
  return request;
}

// Waits for the store and the shards.
class EraseErrand final : public Errand {
 public:
  EraseErrand(Engine& engine, const Reply& reply, const Site& site, std::string name)
      : x_engine(engine), x_reply(reply), x_site(site), x_name(std::move(name)) {}

  // Who is linked is asked first: with the visitor go their links.
  void run() override {
    const auto person = x_engine.identity().find(x_site.id, x_name);
    if (!person) return fail(person.error());
    if (!erase(x_name) || !*person) return;
    for (const PersonId& id : (*person)->ids) {
      const bool is_other = id.key.type == IdType::kVisitor && id.name != x_name;
      if (is_other && !erase(id.name)) return;
    }
  }
  void on_reply() override {
    const std::unique_ptr<EraseErrand> self(this);
    if (!x_outcome) return x_reply.send(problem(x_outcome.error()));
    std::string body;
    JsonObject object(body);
    append_receipt(object, x_engine, x_erasures.front().receipt, x_erasures.front().secret);
    append_linked(object.key("linked"));
    object.close();
    x_reply.send(answer(202, std::move(body)));
  }

 private:
  void fail(const Error& error) { x_outcome = error; }
  [[nodiscard]] bool erase(const std::string& name) {
    auto erasure = x_engine.erase(request_for(x_site, name));
    if (!erasure) return fail(erasure.error()), false;
    x_erasures.push_back(std::move(*erasure));
    return true;
  }
  void append_linked(std::string& out) const {
    out.push_back('[');
    JsonList list(out);
    for (size_t i = 1; i < x_erasures.size(); ++i) {
      list.next();
      JsonObject object(out);
      object.text("visitor", x_erasures[i].name);
      append_receipt(object, x_engine, x_erasures[i].receipt, x_erasures[i].secret);
      object.close();
    }
    out.push_back(']');
  }

  Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  const Site& x_site;
  std::string x_name;
  std::vector<Erasure> x_erasures;  // the first one of the name that was asked for
  Result<void> x_outcome;
};

}  // namespace

void delete_visitor(Call& call) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  auto errand = std::make_unique<EraseErrand>(call.thread.engine(), call.reply, **site,
                                              percent_decode(call.argument, false));
  if (!call.thread.send_errand(std::move(errand))) call.reply.send(overloaded(503));
}

void get_erasure(Call& call) {
  const auto receipt = call.thread.engine().erasure(call.argument);
  const Site* const only = call.only_site();
  if (!receipt || (only != nullptr && receipt->site != only->id)) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no erasure of that receipt"));
  }
  std::string body;
  JsonObject object(body);
  append_receipt(object, call.thread.engine(), *receipt, {});
  object.close();
  call.reply.send(answer(200, std::move(body)));
}

}  // namespace rekindle::io::routes
