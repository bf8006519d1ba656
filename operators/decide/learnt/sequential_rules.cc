#include "operators/decide/learnt/sequential_rules.h"

#include <algorithm>
#include <array>

#include "operators/decide/learnt/session_store.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {

std::span<const WeighedPair> SequentialRules::rules_of(const LearntSession& session) {
  x_rules.clear();
  std::array<int64_t, limits::kRuleStepsMax + 1> units{};
  for (size_t step = 1; step <= x_config.steps; ++step) {
    units[step] = x_scale.units(step_weight(x_config.weight, 1, step), session.end);
  }
  std::array<NameNumber, limits::kSessionLinesMax> steps;
  size_t count = 0;
  const LearntLine* before = nullptr;
  for (const LearntLine& line : session.lines) {
    const bool is_same = before != nullptr && before->product == line.product;
    if (!is_same || before->kind == line.kind) {
      steps[count++] = line.product;
    }
    before = &line;
  }
  for (size_t from = 0; from < count; ++from) {
    for (size_t on = 1; on <= std::min(count - 1 - from, x_config.steps); ++on) {
      x_rules.push_back({steps[from], steps[from + on], units[on]});
    }
  }
  return x_rules;
}

void SequentialRules::learn(const LearntSession& session, const SessionStore&) {
  x_counts.add(rules_of(session));
}

void SequentialRules::forget(const LearntSession& session, const SessionStore&) {
  x_counts.subtract(rules_of(session));
}

void SequentialRules::reset(EventTime newest) {
  x_scale.move_to(newest);
  x_counts.clear();
}

void SequentialRules::publish(const SessionStore& store, SiteModel& model) {
  model.rules.lists = x_counts.lists();
  model.rules.score_per_unit = x_scale.per_unit(store.newest_end());
}

}  // namespace rekindle::operators
