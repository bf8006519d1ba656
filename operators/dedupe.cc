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

// Below this many ids their marks would save nothing.
constexpr size_t kMarkedIdsMin = 32;

bool contains(const CompactVector<NameHash>& hashes, NameHash wanted) {
  return std::find(hashes.begin(), hashes.end(), wanted) != hashes.end();
}

uint16_t mark_of(NameHash id) {
  return static_cast<uint16_t>(id >> 24);  // uniform bits; which ones does not matter
}

void mark_all(SeenIds& seen) {
  seen.marks.reserve(seen.event_ids.capacity());
  for (size_t i = seen.marks.size(); i < seen.event_ids.size(); ++i) {
    seen.marks.push_back(mark_of(seen.event_ids[i]));
  }
}

constexpr size_t kBlock = 32;  // marks compared together; a constant, so that they really are
static_assert(kBlock <= kMarkedIdsMin);

bool any_is(const uint16_t* block, uint16_t mark) {
  uint16_t hits = 0;
  for (size_t i = 0; i < kBlock; ++i) hits |= static_cast<uint16_t>(block[i] == mark);
  return hits != 0;
}

// Most look-ups miss, and a heavy visitor's ids are 4 KiB: the marks are a quarter of that and are
// compared blockwise. One in 128 look-ups finds a mark that is another id's.
bool contains_id(SeenIds& seen, NameHash wanted) {
  const size_t size = seen.event_ids.size();
  if (size < kMarkedIdsMin) return contains(seen.event_ids, wanted);
  if (seen.marks.size() < size) mark_all(seen);  // the visitor was read from the store
  const uint16_t mark = mark_of(wanted);
  const uint16_t* const marks = seen.marks.data();
  const NameHash* const ids = seen.event_ids.data();
  const auto is_in_block = [&](size_t first) {
    if (!any_is(marks + first, mark)) return false;
    return std::find(ids + first, ids + first + kBlock, wanted) != ids + first + kBlock;
  };
  for (size_t first = 0; first + kBlock < size; first += kBlock) {
    if (is_in_block(first)) return true;
  }
  return is_in_block(size - kBlock);  // overlaps the one before
}

void remember_id(SeenIds& seen, NameHash id) {
  if (seen.event_ids.size() < limits::kDedupeIdsMax) {
    seen.event_ids.push_back(id);
    if (seen.event_ids.size() >= kMarkedIdsMin) mark_all(seen);
    return;
  }
  seen.event_ids[seen.next] = id;
  seen.marks[seen.next] = mark_of(id);
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
    event.is_duplicate = (has_id && contains_id(seen, event.event_id)) ||
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
