// An operator: one step every event goes through. (state, event) → (state, effects), and nothing
// else: no I/O, no lock, no clock, no dice, no global. The same log gives the same bytes.
//
// Adding one: a file in operators/ and a line in operators/catalog.h.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/change.h"
#include "core/claim.h"
#include "core/event.h"
#include "core/insights.h"
#include "core/site.h"
#include "core/visitor.h"

namespace rekindle {

// Where a partition collects what operators produce; see core/partition.h.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  // In force or not: the sink knows which versions are.
  virtual void add_change(const Change& change, VisitorNumber number) = 0;
  virtual void add_session(const ClosedSession& session) = 0;
  // Who follows no claims passes over it.
  virtual void add_claim(const Claim&) {}
  // Adds to a sum that all visitors share (core/tallies.h). Who keeps none passes over both.
  virtual void add_tally(uint64_t, int64_t) {}
  // The same for what the decision took already from the shared sum.
  virtual void add_reservation(uint64_t, int64_t) {}
};

// The only way to a visitor's mutable state. Made by a shard's partition (and by tests) for one
// event or one deadline of one visitor.
class Context {
 public:
  Context(Visitor& visitor, const Site& site, EventTime now, ChangeReason reason, EventType cause,
          EffectSink& effects, const SiteInsights* insights = nullptr)
      : x_visitor(visitor),
        x_site(site),
        x_now(now),
        x_reason(reason),
        x_cause(cause),
        x_effects(effects),
        x_insights(insights) {}

  // The instant all windows end at. Never goes back within a partition.
  [[nodiscard]] EventTime now() const { return x_now; }
  [[nodiscard]] ChangeReason reason() const { return x_reason; }
  [[nodiscard]] Visitor& visitor() { return x_visitor; }
  [[nodiscard]] const Visitor& visitor() const { return x_visitor; }
  [[nodiscard]] const Site& site() const { return x_site; }
  // What the log says about the site's customers as a whole; null: nothing yet.
  [[nodiscard]] const SiteInsights* insights() const { return x_insights; }

  // Asks for on_deadline at `at` or earlier. Asking later than now() is required.
  void wake_at(EventTime at) {
    if (at < x_visitor.deadline) x_visitor.deadline = at;
  }
  // Puts the visitor in or out of a version of an audience; emits a Change if that differs from
  // before. Who enters is in it since now(), unless said otherwise.
  void set_member(AudienceVersion audience, bool inside) { set_member(audience, inside, x_now); }
  void set_member(AudienceVersion audience, bool inside, EventTime since);
  // The visitor answered otherwise about advertising: emits a kConsent change of every audience it
  // is in. `granted`: both uses are.
  void consent_changed(bool granted);
  void close_session(const ClosedSession& session) { x_effects.add_session(session); }
  // Says that an id is this visitor's.
  void claim(IdType type, EventTime at, std::string_view value) {
    x_effects.add_claim({type, x_cause, at, x_visitor.site, x_visitor.key, x_visitor.name, value});
  }
  void tally(uint64_t key, int64_t amount) { x_effects.add_tally(key, amount); }
  void reserve(uint64_t key, int64_t amount) { x_effects.add_reservation(key, amount); }

 private:
  void emit(const Membership& of, ChangeReason reason, bool entered);

  Visitor& x_visitor;
  const Site& x_site;
  EventTime x_now;
  ChangeReason x_reason;
  EventType x_cause;
  EffectSink& x_effects;
  const SiteInsights* x_insights;
};

class Operator {
 public:
  virtual ~Operator() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Called once an event, in catalog order, until one sets event.is_duplicate or is_consumed.
  virtual void on_event(Event& event, Context& context) = 0;
  // Called when the visitor's deadline came, at exactly that instant, with the deadline reset to
  // never(): each operator asks again for what it still needs. Also called, with the deadline left
  // as it is, for every visitor when definitions change (context.reason() is kDefinition), and for
  // one whom the boundary of a rank passed (kRank).
  virtual void on_deadline(Context& context) = 0;
  // What it wants Context::insights() to hold, as long as it is in force.
  [[nodiscard]] virtual CustomerNeeds needs() const { return {}; }
};

using Operators = std::vector<std::unique_ptr<Operator>>;

}  // namespace rekindle
