// GET /v1/audiences/{name}/checksum: what a consumer of the change feed that is in step must have,
// now or at its cursor.

#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_checksum.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

Response write(const std::string& audience, const MemberChecksum& found) {
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.text("audience", audience);
  object.text("cursor", found.at.text());
  object.number("size", found.size);
  object.text("checksum", to_text(found.checksum));
  object.close();
  response.body.push_back('\n');
  return response;
}

}  // namespace

void get_checksum(Call& call) {
  const Rules rules = call.thread.engine().rules();
  const AudienceRule* rule = rules.find(call.argument);
  if (rule == nullptr) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no audience of that name"));
  }
  std::optional<ChangesCursor> at;
  const std::string text = query_parameter(call.request.query, "at");
  if (!text.empty() && text != "now") {
    auto parsed = ChangesCursor::parse(text, call.thread.engine());
    if (!parsed) return call.reply.send(problem(parsed.error()));
    at = *std::move(parsed);
  }
  const auto asked =
      read_checksum(call.thread, rule->id, std::move(at),
                    [reply = call.reply, name = rule->name](const Result<MemberChecksum>& found) {
                      if (!found) return reply.send(problem(found.error()));
                      reply.send(write(name, *found));
                    });
  if (!asked) call.reply.send(problem(asked.error()));
}

}  // namespace rekindle::io::routes
