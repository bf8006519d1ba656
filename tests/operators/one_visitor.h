// One visitor, one operator or more, and everything they emitted: the smallest world an operator
// can run in.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/operator.h"
#include "core/visitor_format.h"
#include "core/visitor_row.h"
#include "tests/core/event_samples.h"

namespace rekindle::testing_samples {

class OneVisitor final : public EffectSink {
 public:
  explicit OneVisitor(std::unique_ptr<Operator> only) { operators.push_back(std::move(only)); }
  explicit OneVisitor(Operators all) : operators(std::move(all)) {}

  void add_change(const Change& change, VisitorNumber) override { changes.push_back(change); }
  void add_session(const ClosedSession& session) override { sessions.push_back(session); }

  void add_claim(const Claim& claim) override { claims.emplace_back(claim.type, claim.value); }
  void add_tally(uint64_t key, int64_t amount) override { tallies[key] += amount; }
  void add_reservation(uint64_t key, int64_t amount) override { tallies[key] += amount; }

  // True unless it was a duplicate. The clock is the event's time when that is later.
  bool send(Event event) {
    now = std::max(now, event.at);
    Context context(visitor, site, now, ChangeReason::kEvent, event.type, *this);
    event.is_duplicate = event.is_consumed = event.is_remembered = event.is_kept = false;
    for (const auto& op : operators) {
      op->on_event(event, context);
      if (event.is_duplicate || event.is_consumed) break;
    }
    row.note(event, scratch);
    return !event.is_duplicate;
  }
  // Fires the visitor's deadlines up to and including `until`, each at its own instant.
  void pass(EventTime until) {
    while (visitor.deadline <= until) {
      now = std::max(now, visitor.deadline);
      visitor.deadline = EventTime::never();
      Context context(visitor, site, now, ChangeReason::kDeadline, EventType::kNone, *this);
      for (const auto& op : operators) op->on_deadline(context);
    }
    now = std::max(now, until);
  }
  [[nodiscard]] std::string bytes() const {
    std::string out;
    encode_visitor(visitor, out);
    return out;
  }

  Operators operators;
  Visitor visitor;
  VisitorRow row;
  std::string scratch;
  Site site;
  EventTime now = EventTime::before_all();
  std::vector<Change> changes;
  std::vector<ClosedSession> sessions;
  std::vector<std::pair<IdType, std::string>> claims;
  std::map<uint64_t, int64_t> tallies;
};

}  // namespace rekindle::testing_samples
