// Writes the event into the visitor's timeline. After session, which closes over what came before.
//
// In:    every event that is not a duplicate
// Out:   event.is_kept
// State: Visitor::timeline, first_seen, last_seen (newest `at` of anything, shown or done). A type
//        over limits::kTimelineListsMax is not kept.
// Effects: none.
#include "operators/activity.h"

#include <algorithm>

namespace rekindle::operators {
namespace {

class Activity final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "activity"; }

  void on_event(Event& event, Context& context) override {
    Visitor& visitor = context.visitor();
    // False only for a type beyond the bound on lists; lifetime still counts the event.
    event.is_kept = visitor.timeline.add(event);
    visitor.first_seen = std::min(visitor.first_seen, event.at);
    visitor.last_seen = std::max(visitor.last_seen, event.at);
  }
  void on_deadline(Context&) override {}
};

}  // namespace

std::unique_ptr<Operator> make_activity() {
  return std::make_unique<Activity>();
}

}  // namespace rekindle::operators
