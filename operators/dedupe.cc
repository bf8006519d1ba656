// Marks an event this visitor already sent. First in the catalogue: a duplicate changes nothing.
//
// In:    event.event_id, event.order_hash (purchases; a refund may name its order again)
// Out:   event.is_duplicate, event.is_remembered
// State: Visitor::seen, a ring of limits::kDedupeIdsMax event ids and the newest limits::kOrdersMax
//        order ids. An event without an id is never a duplicate by id.
//        Ids are kept by number, not by age: an import sent again after a crash may lie days back
//        on the event clock, and must not count twice.
// Effects: none.
#include "operators/dedupe.h"

namespace rekindle::operators {
namespace {

class Dedupe final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "dedupe"; }

  void on_event(Event& event, Context& context) override {
    SeenIds& seen = context.visitor().seen;
    const bool has_id = event.event_id != kNoName;
    const bool is_order = event.type == EventType::kPurchase && event.order_hash != kNoName;
    event.is_duplicate = (has_id && seen.has_event(event.event_id)) ||
                         (is_order && seen.has_order(event.order_hash));
    event.is_remembered = !event.is_duplicate;
    if (event.is_duplicate) return;
    if (is_order) seen.add_order(event.order_hash);
    if (has_id) seen.add_event(event.event_id);
  }

  void on_deadline(Context&) override {}
};

}  // namespace

std::unique_ptr<Operator> make_dedupe() {
  return std::make_unique<Dedupe>();
}

}  // namespace rekindle::operators
