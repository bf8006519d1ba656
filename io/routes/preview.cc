// POST /v1/audiences/preview: what an expression would hold, from live state.

#include "io/preview.h"
#include "io/control_frame.h"
#include "io/expression_problem.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_sets.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// What was asked, until it is answered.
struct Asked {
  Reply reply;
  PreviewBody body;
  std::vector<AudienceRule> compared;  // the audiences whose overlap is wanted
  PreviewTally tally;
};

void append_sample(std::string& out, const PreviewTally& tally, const Sites& sites) {
  out.push_back('[');
  JsonList list(out);
  for (const PreviewMember& member : tally.sample) {
    list.next();
    const Site* const site = sites.find(member.site);
    JsonObject object(out);
    object.text("visitor", member.name);
    object.text("site", site == nullptr ? std::string_view() : std::string_view(site->name));
    object.close();
  }
  out.push_back(']');
}

void append_reachable(std::string& out, const PreviewTally& tally) {
  JsonObject object(out);
  JsonObject identifiers(object.key("identifiers"));
  identifiers.number("email", tally.with_email);
  identifiers.number("phone", tally.with_phone);
  identifiers.number("mobile_id", tally.with_mobile_id);
  identifiers.number("user_id", tally.with_user_id);
  identifiers.number("any", tally.with_any);
  identifiers.close();
  JsonObject consents(object.key("consents"));
  for (const auto& [purpose, count] : tally.consents) consents.number(purpose, count);
  consents.close();
  object.number("ad_platforms", tally.for_platforms);
  object.close();
}

uint64_t both_with(const PreviewTally& tally, AudienceId id) {
  return to_index(id) < tally.both.size() ? tally.both[to_index(id)] : 0;
}

void append_overlap(std::string& out, const Asked& asked, const std::vector<uint64_t>& sizes) {
  out.push_back('[');
  JsonList list(out);
  for (size_t i = 0; i < asked.compared.size(); ++i) {
    const AudienceRule& rule = asked.compared[i];
    list.next();
    JsonObject object(out);
    object.text("audience", rule.name);
    object.number("both", both_with(asked.tally, rule.id));
    object.number("size", sizes[i]);
    object.close();
  }
  out.push_back(']');
}

// What putting it in force in place of the audience of that name would do.
void append_change(std::string& out, const PreviewTally& tally, const AudienceRule& rule,
                   uint64_t size) {
  const uint64_t both = both_with(tally, rule.id);
  JsonObject object(out);
  object.text("audience", rule.name);
  object.number("stay", both);
  object.number("enter", tally.size - std::min(both, tally.size));
  object.number("leave", size - std::min(both, size));
  object.close();
}

Response answer(const Asked& asked, const std::vector<uint64_t>& sizes, const Sites& sites,
                const AudienceRule* replaced) {
  const PreviewTally& tally = asked.tally;
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.text("when", asked.body.definition.when);
  object.time("as_of", tally.as_of.ms);
  object.number("visitors", tally.visitors);
  object.number("size", tally.size);
  object.boolean("exact", tally.inexact == 0);
  object.number("inexact", tally.inexact);
  if (replaced != nullptr) append_change(object.key("change"), tally, *replaced, sizes.back());
  append_reachable(object.key("reachable"), tally);
  append_sample(object.key("sample"), tally, sites);
  append_overlap(object.key("overlap"), asked, sizes);
  object.close();
  response.body.push_back('\n');
  return response;
}

// All in force, or those that are named; kNotFound names an unknown one.
Result<std::vector<AudienceRule>> compared(const PreviewBody& body, const Rules& rules) {
  if (!body.audiences) return rules.audiences;
  std::vector<AudienceRule> wanted;
  for (const std::string& name : *body.audiences) {
    const AudienceRule* const rule = rules.find(name);
    if (rule == nullptr) return Error{ErrorCode::kNotFound, "no audience named " + name};
    wanted.push_back(*rule);
  }
  return wanted;
}

void finish(IoThread& thread, const std::shared_ptr<Asked>& asked,
            std::optional<AudienceRule> replaced) {
  std::vector<AudienceId> ids;
  for (const AudienceRule& rule : asked->compared) ids.push_back(rule.id);
  if (replaced) ids.push_back(replaced->id);
  const Sites& sites = thread.engine().sites();
  const auto read =
      read_sizes(thread, std::move(ids), [asked, replaced, &sites](const auto& sizes) {
        if (!sizes) return asked->reply.send(problem(sizes.error()));
        asked->reply.send(answer(*asked, sizes->sizes, sites, replaced ? &*replaced : nullptr));
      });
  if (!read) asked->reply.send(problem(read.error()));
}

}  // namespace

void post_preview(Call& call) {
  if (!call.request.content_encoding.empty()) {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  auto body = parse_preview_body(call.request.body);
  if (!body) return call.reply.send(problem(body.error()));
  const Rules rules = call.thread.engine().rules();
  auto wanted = compared(*body, rules);
  if (!wanted) return call.reply.send(problem(wanted.error()));
  auto probe = call.thread.engine().probe(body->definition, rules);
  if (!probe) return call.reply.send(expression_problem(probe.error()));
  std::optional<AudienceRule> replaced;
  if (const AudienceRule* const rule = rules.find(body->definition.name)) replaced = *rule;
  const size_t sample = body->sample;
  auto asked = std::make_shared<Asked>(Asked{call.reply, *std::move(body), *std::move(wanted), {}});
  const auto started =
      preview(call.thread, *std::move(probe), sample,
              [&thread = call.thread, asked, replaced](Result<PreviewTally> tally) {
                if (!tally) return asked->reply.send(problem(tally.error()));
                asked->tally = *std::move(tally);
                finish(thread, asked, replaced);
              });
  if (!started) call.reply.send(problem(started.error()));
}

}  // namespace rekindle::io::routes
