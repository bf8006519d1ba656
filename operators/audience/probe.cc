#include "operators/audience/probe.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "core/visitor_format.h"
#include "operators/audience/program.h"

namespace rekindle::operators::audience {
namespace {

// An audience that the expression rests on, directly or not.
struct Foundation {
  AudienceVersion audience;
  Program program;
};

class Nothing final : public EffectSink {
 public:
  void add_change(const Change&, VisitorNumber) override {}
  void add_session(const ClosedSession&) override {}
};

// A visitor's copy, to whom nothing happens but time.
class Future {
 public:
  Future(const Visitor& visitor, const Site& site, EventTime now, const SiteInsights* insights)
      : x_site(site), x_now(now), x_insights(insights) {
    std::string bytes;
    encode_visitor(visitor, bytes);
    x_visitor.key = visitor.key;
    RK_ASSERT(decode_visitor(bytes, x_visitor));
  }

  // What the program gives once those it rests on are settled at this instant. `x_until` is then
  // the next instant at which any of them may change.
  Holds look(const std::vector<Foundation>& foundations, const Program& program) {
    x_until = EventTime::never();
    for (const Foundation& foundation : foundations) {
      const Holds holds = ask(foundation.program);
      Context context(x_visitor, x_site, x_now, ChangeReason::kDeadline, EventType::kNone, x_sink);
      context.set_member(foundation.audience, holds.value);
    }
    return ask(program);
  }
  [[nodiscard]] EventTime now() const { return x_now; }
  [[nodiscard]] EventTime until() const { return x_until; }
  void advance() { x_now = x_until; }

 private:
  Holds ask(const Program& program) {
    const Holds holds = program.evaluate(x_visitor, x_site, x_now, x_insights);
    x_until = std::min(x_until, holds.until);
    return holds;
  }

  Visitor x_visitor;
  const Site& x_site;
  EventTime x_now;
  const SiteInsights* x_insights;
  EventTime x_until = EventTime::never();
  Nothing x_sink;
};

class Probe final : public AudienceProbe {
 public:
  Probe(std::string when, Program program, std::vector<Foundation> foundations)
      : x_when(std::move(when)),
        x_program(std::move(program)),
        x_foundations(std::move(foundations)) {}

  [[nodiscard]] Holds evaluate(const Visitor& visitor, const Site& site, EventTime now,
                               const SiteInsights* insights) const override {
    return x_program.evaluate(visitor, site, now, insights);
  }

  [[nodiscard]] Explanation explain(const Visitor& visitor, const Site& site, EventTime now,
                                    const SiteInsights* insights) const override {
    Explanation explanation = x_program.explain(x_when, visitor, site, now, insights);
    Future future(visitor, site, now, insights);
    bool inside = future.look(x_foundations, x_program).value;
    for (size_t step = 0; step < limits::kForecastStepsMax; ++step) {
      if (inside != explanation.holds.value) {
        explanation.flips_at = future.now();
        break;
      }
      explanation.looked_until = future.until();
      if (future.until() == EventTime::never()) break;
      future.advance();
      inside = future.look(x_foundations, x_program).value;
    }
    return explanation;
  }

  [[nodiscard]] std::vector<AudienceId> references() const override {
    std::vector<AudienceId> ids;
    for (const AudienceVersion audience : x_program.references()) ids.push_back(audience.id);
    return ids;
  }

  [[nodiscard]] bool is_current(const Rules& rules) const override {
    return std::all_of(x_foundations.begin(), x_foundations.end(),
                       [&](const auto& f) { return rules.is_in_force(f.audience); });
  }

 private:
  std::string x_when;
  Program x_program;
  std::vector<Foundation> x_foundations;  // each after those it refers to
};

// Adds what `program` refers to and is not there yet, depth first. `open` is the way here: whoever
// is on it is in a circle, which is refused where definitions are put in force.
Result<void> add_foundations(const Program& program, const Rules& rules,
                             const std::vector<KnownAudience>& known,
                             std::vector<AudienceVersion>& open,
                             std::vector<Foundation>& foundations) {
  for (const AudienceVersion audience : program.references()) {
    const auto is_it = [&](const Foundation& f) { return f.audience == audience; };
    if (std::any_of(foundations.begin(), foundations.end(), is_it)) continue;
    if (std::find(open.begin(), open.end(), audience) != open.end()) continue;
    const AudienceRule* const rule = rules.find(audience.id);
    RK_ASSERT(rule != nullptr);  // `known` came from these rules
    auto compiled = compile(rule->when, {.file = rule->name}, known);
    if (!compiled) return compiled.error();
    open.push_back(audience);
    auto added = add_foundations(*compiled, rules, known, open, foundations);
    open.pop_back();
    if (!added) return added;
    foundations.push_back({audience, *std::move(compiled)});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<AudienceProbe>> make_probe(const AudienceDefinition& definition,
                                                  const Rules& rules) {
  std::vector<KnownAudience> known;
  for (const AudienceRule& rule : rules.audiences) {
    known.push_back({rule.name, rule.id, rule.version});
  }
  std::string_view file = "expression";
  if (!definition.name.empty()) file = definition.name;
  auto program = compile(definition.when, {.file = file}, known);
  if (!program) return program.error();
  std::vector<Foundation> foundations;
  std::vector<AudienceVersion> open;
  auto added = add_foundations(*program, rules, known, open, foundations);
  if (!added) return added.error();
  return std::unique_ptr<AudienceProbe>(
      std::make_unique<Probe>(definition.when, *std::move(program), std::move(foundations)));
}

}  // namespace rekindle::operators::audience
