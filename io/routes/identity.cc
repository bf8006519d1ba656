// GET /v1/identity/decisions: the journal of who was linked with whom, and why.
// POST /v1/identity/decisions/{n}/unmerge: takes one link back. POST /v1/visitors/{id}/unmerge:
// takes a visitor out of their person. docs/identity.md.

#include <charconv>
#include <functional>

#include "core/engine.h"
#include "core/limits.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/person_json.h"
#include "io/problem.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

class JournalErrand final : public Errand {
 public:
  JournalErrand(Engine& engine, const Reply& reply, SiteId site, uint64_t after, size_t limit)
      : x_engine(engine), x_reply(reply), x_site(site), x_after(after), x_limit(limit) {}
  void run() override { x_lines = x_engine.identity().journal(x_after, x_limit, x_site); }
  void on_reply() override {
    const std::unique_ptr<JournalErrand> self(this);
    if (!x_lines) return x_reply.send(problem(x_lines.error()));
    Response response;
    response.headers = "Cache-Control: no-store\r\n";
    JsonObject object(response.body);
    std::string& list = object.key("decisions");
    list.push_back('[');
    JsonList commas(list);
    for (const IdentityDecision& line : *x_lines) {
      commas.next();
      append_decision(list, line, x_engine.sites());
    }
    list.push_back(']');
    if (x_lines->size() == x_limit) object.number("after", x_lines->back().number);
    object.close();
    response.body.push_back('\n');
    x_reply.send(response);
  }

 private:
  Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  SiteId x_site;
  uint64_t x_after;
  size_t x_limit;
  Result<std::vector<IdentityDecision>> x_lines = std::vector<IdentityDecision>();
};

class UnmergeErrand final : public Errand {
 public:
  using Unmerge = std::function<Result<uint64_t>(IdentityThread&)>;
  UnmergeErrand(Engine& engine, const Reply& reply, Unmerge unmerge)
      : x_engine(engine), x_reply(reply), x_unmerge(std::move(unmerge)) {}
  void run() override { x_links = x_unmerge(x_engine.identity()); }
  void on_reply() override {
    const std::unique_ptr<UnmergeErrand> self(this);
    if (!x_links) return x_reply.send(problem(x_links.error()));
    Response response;
    JsonObject object(response.body);
    object.number("links", *x_links);
    object.close();
    response.body.push_back('\n');
    x_reply.send(response);
  }

 private:
  Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  Unmerge x_unmerge;
  Result<uint64_t> x_links = uint64_t{0};
};

void unmerge(Call& call, UnmergeErrand::Unmerge how) {
  auto errand = std::make_unique<UnmergeErrand>(call.thread.engine(), call.reply, std::move(how));
  if (!call.thread.send_errand(std::move(errand))) call.reply.send(overloaded(503));
}

}  // namespace

void list_decisions(Call& call) {
  constexpr uint64_t kPageDefault = 100;
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  const std::string_view query = call.request.query;
  const auto after = number_parameter(query, "after", 0, 0, UINT64_MAX);
  if (!after) return call.reply.send(problem(after.error()));
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, limits::kDecisionsPageMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  auto errand = std::make_unique<JournalErrand>(call.thread.engine(), call.reply, (*site)->id,
                                                *after, *limit);
  if (!call.thread.send_errand(std::move(errand))) call.reply.send(overloaded(503));
}

void unmerge_decision(Call& call) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  uint64_t number = 0;
  const std::string_view text = call.argument;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no such decision"));
  }
  unmerge(call, [site = (*site)->id, number](IdentityThread& identity) -> Result<uint64_t> {
    auto done = identity.unmerge(site, number);
    if (!done) return done.error();
    return uint64_t{1};
  });
}

void unmerge_visitor(Call& call) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  unmerge(call, [site = (*site)->id, name = percent_decode(call.argument, false)](
                    IdentityThread& identity) { return identity.unmerge(site, name); });
}

}  // namespace rekindle::io::routes
