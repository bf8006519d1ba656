// GET /v1/visitors/{id}/explain?audience=NAME: why a visitor is in an audience or not, condition by
// condition, and when that changes if nothing happens. Of a visitor who has companions: why their
// person is.

#include "core/limits.h"
#include "core/query.h"
#include "io/decide_query.h"
#include "io/expression_problem.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"
#include "io/visitor_states.h"
#include "io/whole_scope.h"

namespace rekindle::io::routes {
namespace {

void append_terms(std::string& out, const std::vector<TermReport>& terms) {
  out.push_back('[');
  JsonList list(out);
  for (const TermReport& term : terms) {
    list.next();
    JsonObject object(out);
    object.text("text", term.text);
    object.text("type", term.type);
    object.text("value", term.value);
    object.boolean("exact", term.exact);
    object.time("until", term.until.ms);
    object.close();
  }
  out.push_back(']');
}

void append_conditions(std::string& out, const std::vector<ConditionReport>& conditions) {
  out.push_back('[');
  JsonList list(out);
  for (const ConditionReport& condition : conditions) {
    list.next();
    JsonObject object(out);
    object.text("text", condition.text);
    object.boolean("holds", condition.holds.value);
    object.boolean("exact", condition.holds.exact);
    object.time("until", condition.holds.until.ms);
    append_terms(object.key("terms"), condition.terms);
    object.close();
  }
  out.push_back(']');
}

class ExplainQuery final : public Query {
 public:
  ExplainQuery(const Engine& engine, const Reply& reply, VisitorKey key, SiteId site,
               AudienceRule rule, std::unique_ptr<AudienceProbe> probe)
      : x_engine(engine),
        x_reply(reply),
        x_key(key),
        x_site(site),
        x_rule(std::move(rule)),
        x_probe(std::move(probe)) {}

  [[nodiscard]] const Reply& reply() const { return x_reply; }
  [[nodiscard]] size_t shard() const { return x_engine.shard_of(x_key); }
  // At the person as one, of whom these are the other visitors.
  void look_at_all(VisitorStates others) { x_others = std::move(others); }

  void run(QueryScope& scope) override {
    const std::span<const Visitor> others =
        x_others == nullptr ? std::span<const Visitor>() : std::span(*x_others);
    WholeScope whole(scope, x_key, x_engine.partitions(), others);
    look(whole);
  }
  void on_reply() override {
    const std::unique_ptr<ExplainQuery> self(this);
    if (failed) return x_reply.send(overloaded(503, "the server is stopping"));
    if (x_is_changing) return x_reply.send(overloaded(503, "the definitions are changing"));
    if (x_response.body.empty()) {
      return x_reply.send(problem(404, ErrorCode::kNotFound, "this visitor was never seen"));
    }
    x_response.headers = "Cache-Control: no-store\r\n";
    x_reply.send(x_response);
  }

 private:
  void look(QueryScope& scope) {
    const Visitor* const visitor = scope.visitor(x_key);
    const Site* const site = scope.site(x_site);
    if (visitor == nullptr || site == nullptr) return;
    const PartitionId partition = partition_of(x_key, x_engine.partitions());
    const Rules& rules = scope.rules(partition);
    if (!rules.is_in_force(x_rule.key()) || !x_probe->is_current(rules)) {
      x_is_changing = true;
      return;
    }
    write(*visitor, *site, scope.now(partition), scope.insights(partition, site->id));
  }
  void write(const Visitor& visitor, const Site& site, EventTime now,
             const SiteInsights* insights) {
    const Explanation explanation = x_probe->explain(visitor, site, now, insights);
    const Membership* const membership = visitor.membership(x_rule.key());
    const bool inside = explanation.holds.value;
    JsonObject object(x_response.body);
    object.text("visitor", visitor.name);
    object.text("site", site.name);
    object.text("audience", x_rule.name);
    object.number("version", static_cast<uint64_t>(x_rule.version));
    object.text("when", x_rule.when);
    object.time("as_of", now.ms);
    object.boolean("inside", inside);
    object.boolean("exact", explanation.holds.exact);
    if (inside) {
      // A deadline that is due and has not fired yet: in since just now.
      object.time("since", membership != nullptr ? membership->since.ms : now.ms);
    }
    object.time(inside ? "leaves_at" : "enters_at",
                explanation.flips_at.value_or(EventTime::never()).ms);
    if (!explanation.flips_at && explanation.looked_until != EventTime::never()) {
      object.time("unchanged_until", explanation.looked_until.ms);
    }
    append_conditions(object.key("conditions"), explanation.conditions);
    object.close();
    x_response.body.push_back('\n');
  }

  const Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  VisitorKey x_key;
  SiteId x_site;
  AudienceRule x_rule;
  std::unique_ptr<AudienceProbe> x_probe;
  VisitorStates x_others;  // of the visitor's person; null: there are none
  bool x_is_changing = false;
  Response x_response;
};

void ask(IoThread& thread, std::unique_ptr<ExplainQuery> explains) {
  const Reply reply = explains->reply();
  const size_t shard = explains->shard();
  if (!thread.ask(shard, std::move(explains))) reply.send(overloaded(503));
}

}  // namespace

void get_explanation(Call& call) {
  const std::string_view query = call.request.query;
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  const std::string name = query_parameter(query, "audience");
  if (name.empty()) return call.reply.send(problem({ErrorCode::kMissingField, "audience"}));
  const Engine& engine = call.thread.engine();
  const Rules rules = engine.rules();
  const AudienceRule* const rule = rules.find(name);
  if (rule == nullptr) {
    return call.reply.send(problem(404, ErrorCode::kNotFound, "no audience of that name"));
  }
  auto probe = engine.probe({rule->name, rule->title, rule->purpose, rule->when}, rules);
  if (!probe) return call.reply.send(expression_problem(probe.error()));
  const VisitorKey key = visitor_key((*site)->id, percent_decode(call.argument, false));
  auto explains = std::make_unique<ExplainQuery>(engine, call.reply, key, (*site)->id, *rule,
                                                 *std::move(probe));
  const auto others = engine.identity().companions().of(key, limits::kPersonProfilesMax);
  if (others.empty()) return ask(call.thread, std::move(explains));
  // A function that is kept must be one that can be copied.
  const auto waiting = std::make_shared<std::unique_ptr<ExplainQuery>>(std::move(explains));
  auto asked = read_states(
      call.thread, others,
      [&thread = call.thread, reply = call.reply, waiting](Result<VisitorStates> states) {
        if (!states) return reply.send(problem(states.error()));
        (*waiting)->look_at_all(*std::move(states));
        ask(thread, std::move(*waiting));
      });
  if (!asked) call.reply.send(overloaded(503));
}

}  // namespace rekindle::io::routes
