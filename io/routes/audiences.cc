// GET /v1/audiences and /v1/audiences/{name}: what is defined, and how many are in.

#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_sets.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

void append_audience(std::string& out, const AudienceRule& rule, uint64_t size) {
  JsonObject object(out);
  object.text("name", rule.name);
  object.number("id", static_cast<uint64_t>(to_index(rule.id)));
  object.number("version", static_cast<uint64_t>(rule.version));
  object.number("size", size);
  object.text("title", rule.title);
  object.text("purpose", rule.purpose);
  object.text("when", rule.when);
  object.close();
}

// Answers with what `write` makes of the rules and their sizes.
void with_sizes(Call& call, std::vector<AudienceRule> rules,
                std::function<void(std::string&, const std::vector<AudienceRule>&,
                                   const std::vector<uint64_t>&)>
                    write) {
  std::vector<AudienceId> ids;
  for (const AudienceRule& rule : rules) ids.push_back(rule.id);
  const auto asked =
      read_sizes(call.thread, std::move(ids),
                 [reply = call.reply, rules = std::move(rules),
                  write = std::move(write)](const Result<std::vector<uint64_t>>& sizes) {
                   if (!sizes) return reply.send(problem(sizes.error()));
                   Response response;
                   write(response.body, rules, *sizes);
                   response.body.push_back('\n');
                   reply.send(response);
                 });
  if (!asked) call.reply.send(problem(asked.error()));
}

}  // namespace

void list_audiences(Call& call) {
  with_sizes(call, call.thread.engine().rules().audiences,
             [](std::string& out, const auto& rules, const auto& sizes) {
               JsonObject object(out);
               object.key("audiences").push_back('[');
               JsonList list(out);
               for (size_t i = 0; i < rules.size(); ++i) {
                 list.next();
                 append_audience(out, rules[i], sizes[i]);
               }
               out.push_back(']');
               object.close();
             });
}

void get_audience(Call& call) {
  const Rules rules = call.thread.engine().rules();
  const AudienceRule* rule = rules.find(call.argument);
  if (rule == nullptr) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no audience of that name"));
  }
  with_sizes(call, {*rule}, [](std::string& out, const auto& found, const auto& sizes) {
    append_audience(out, found[0], sizes[0]);
  });
}

}  // namespace rekindle::io::routes
