// GET /v1/webhooks: how far each webhook has come, and what keeps it.

#include "io/webhooks/webhooks.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

void append_status(std::string& out, const WebhookStatus& status) {
  JsonObject object(out);
  object.text("name", status.name);
  object.text("url", status.url);
  object.text("audiences", status.audiences);
  object.text("state", name_of(status.state));
  object.text("cursor", status.cursor);
  object.number("behind", status.behind);
  object.number("messages", status.messages);
  object.number("changes", status.changes);
  object.number("resyncs", status.resyncs);
  object.number("failures", status.failures);
  object.number("failures_in_a_row", status.failures_in_a_row);
  if (status.delivered_at.ms != 0) object.time("delivered_at", status.delivered_at.ms);
  if (status.state == WebhookState::kRetrying) {
    object.time("next_attempt_at", status.next_attempt_at.ms);
  }
  if (!status.problem.empty()) object.text("problem", status.problem);
  object.close();
}

}  // namespace

void list_webhooks(Call& call) {
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("webhooks").push_back('[');
  JsonList list(response.body);
  for (const WebhookStatus& status : call.thread.parts().webhooks->status()) {
    list.next();
    append_status(response.body, status);
  }
  response.body.push_back(']');
  object.close();
  response.body.push_back('\n');
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
