// GET /v1/audit: what was changed through the API, by whom.

#include "io/audit/audit_log.h"

#include "core/limits.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {

void get_audit(Call& call) {
  constexpr uint64_t kPageDefault = 100;
  const std::string_view query = call.request.query;
  const auto after = number_parameter(query, "after", 0, 0, UINT64_MAX);
  if (!after) return call.reply.send(problem(after.error()));
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, limits::kAuditShownMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  const auto entries = call.thread.parts().audit.read(*after, *limit);
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("entries").push_back('[');
  JsonList commas(response.body);
  for (const AuditEntry& entry : entries) {
    commas.next();
    append_json(entry, response.body);
  }
  response.body.push_back(']');
  if (entries.size() == *limit) object.number("after", entries.back().id);
  object.close();
  response.body.push_back('\n');
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
