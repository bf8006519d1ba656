// Marks an event this visitor already sent. First in the catalogue: a duplicate changes nothing.
//
// In:    event.event_id, event.order_hash (purchases; a refund may name its order again)
// Out:   event.is_duplicate
// State: Visitor::seen, a ring of limits::kDedupeIdsMax event ids and the newest limits::kOrdersMax
//        order ids. An event without an id is never a duplicate by id.
//        Ids are kept by number, not by age: an import sent again after a crash may lie days back
//        on the event clock, and must not count twice.
// Effects: none.
#include "operators/dedupe.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

// Compares blockwise without leaving early: most look-ups miss, and this is read once an event.
bool contains(const CompactVector<NameHash>& hashes, NameHash wanted) {
  constexpr size_t kBlock = 16;
  const size_t size = hashes.size();
  size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    unsigned hits = 0;
    for (size_t j = 0; j < kBlock; ++j) hits |= hashes[i + j] == wanted ? 1u : 0u;
    if (hits != 0) return true;
  }
  return std::find(hashes.begin() + i, hashes.end(), wanted) != hashes.end();
}

void remember_id(SeenIds& seen, NameHash id) {
  if (seen.event_ids.size() < limits::kDedupeIdsMax) return seen.event_ids.push_back(id);
  seen.event_ids[seen.next] = id;
  seen.next = static_cast<uint32_t>((seen.next + 1) % limits::kDedupeIdsMax);
}

void remember_order(SeenIds& seen, NameHash order) {
  if (seen.orders.size() == limits::kOrdersMax) seen.orders.erase(seen.orders.begin());
  seen.orders.push_back(order);
}

class Dedupe final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "dedupe"; }

  void on_event(Event& event, Context& context) override {
    SeenIds& seen = context.visitor().seen;
    const bool has_id = event.event_id != kNoName;
    const bool is_order = event.type == EventType::kPurchase && event.order_hash != kNoName;
    event.is_duplicate = (has_id && contains(seen.event_ids, event.event_id)) ||
                         (is_order && contains(seen.orders, event.order_hash));
    if (event.is_duplicate) return;
    if (is_order) remember_order(seen, event.order_hash);
    if (has_id) remember_id(seen, event.event_id);
  }

  void on_deadline(Context&) override {}
};

}  // namespace

std::unique_ptr<Operator> make_dedupe() {
  return std::make_unique<Dedupe>();
}

}  // namespace rekindle::operators
