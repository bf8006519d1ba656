// What followed each decision: its visitor's orders, refunds and clicks within a window after it.
// Fed by observer with every event of a log, in the order they are applied.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "cli/simulate/decision_row.h"
#include "core/event.h"

namespace rekindle::cli {

// Thread: one.
class Outcomes {
 public:
  explicit Outcomes(Duration window) : x_window(window) {}

  // `row.visitor` is filled in.
  void add(VisitorKey visitor, DecisionRow row);
  // REQUIRES: it is no duplicate.
  void look_at(const Event& event, EventTime now);
  [[nodiscard]] const std::vector<DecisionRow>& rows() const { return x_rows; }

 private:
  void take_purchase(const Event& event, DecisionRow& row) const;
  static void take_feedback(const Event& event, DecisionRow& row);

  struct Person {
    uint32_t number = 0;
    std::vector<size_t> open;  // rows whose window is not over
  };

  Duration x_window;
  std::vector<DecisionRow> x_rows;
  absl::flat_hash_map<VisitorKey, Person> x_people;
};

}  // namespace rekindle::cli
