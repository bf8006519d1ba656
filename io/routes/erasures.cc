// DELETE /v1/visitors/{id} forgets a visitor and answers with a receipt; GET /v1/erasures/{receipt}
// says how far that is. docs/privacy.md tells what goes when, and how a receipt is checked.

#include "core/engine.h"
#include "io/decide_query.h"
#include "io/handover/sha256.h"
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
  object.close();
}

Response answer(int status, const Engine& engine, const ErasureReceipt& receipt,
                const std::string& secret) {
  Response response;
  response.status = status;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
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
  object.close();
  response.body.push_back('\n');
  return response;
}

// Waits for the store and the shard.
class EraseErrand final : public Errand {
 public:
  EraseErrand(Engine& engine, const Reply& reply, ErasureRequest request)
      : x_engine(engine), x_reply(reply), x_request(std::move(request)) {}
  void run() override { x_erasure = x_engine.erase(x_request); }
  void on_reply() override {
    const std::unique_ptr<EraseErrand> self(this);
    if (!x_erasure) return x_reply.send(problem(x_erasure.error()));
    x_reply.send(answer(202, x_engine, x_erasure->receipt, x_erasure->secret));
  }

 private:
  Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  ErasureRequest x_request;
  Result<Erasure> x_erasure = Erasure{};
};

}  // namespace

void delete_visitor(Call& call) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  ErasureRequest request;
  request.id = new_id();
  request.site = (*site)->id;
  request.name = percent_decode(call.argument, false);
  request.secret = new_id();
  request.proof = proof_of(request, (*site)->name);
  if (!call.thread.send_errand(
          std::make_unique<EraseErrand>(call.thread.engine(), call.reply, std::move(request)))) {
    call.reply.send(overloaded(503));
  }
}

void get_erasure(Call& call) {
  const auto receipt = call.thread.engine().erasure(call.argument);
  const Site* const only = call.only_site();
  if (!receipt || (only != nullptr && receipt->site != only->id)) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no erasure of that receipt"));
  }
  call.reply.send(answer(200, call.thread.engine(), *receipt, {}));
}

}  // namespace rekindle::io::routes
