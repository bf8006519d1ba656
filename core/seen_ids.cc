#include "core/seen_ids.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle {
namespace {

// Below this many ids their marks would save nothing.
constexpr size_t kMarkedIdsMin = 32;

bool contains(const CompactVector<NameHash>& hashes, NameHash wanted) {
  return std::find(hashes.begin(), hashes.end(), wanted) != hashes.end();
}

uint16_t mark_of(NameHash id) {
  return static_cast<uint16_t>(id >> 24);  // uniform bits; which ones does not matter
}

constexpr size_t kBlock = 32;  // marks compared together; a constant, so that they really are
static_assert(kBlock <= kMarkedIdsMin);

bool any_is(const uint16_t* block, uint16_t mark) {
  uint16_t hits = 0;
  for (size_t i = 0; i < kBlock; ++i) hits |= static_cast<uint16_t>(block[i] == mark);
  return hits != 0;
}

}  // namespace

void SeenIds::mark_all() {
  marks.reserve(event_ids.capacity());
  for (size_t i = marks.size(); i < event_ids.size(); ++i) marks.push_back(mark_of(event_ids[i]));
}

// Most look-ups miss, and a heavy visitor's ids are 4 KiB: the marks are a quarter of that and are
// compared blockwise. One in 128 look-ups finds a mark that is another id's.
bool SeenIds::has_event(NameHash id) {
  const size_t size = event_ids.size();
  if (size < kMarkedIdsMin) return contains(event_ids, id);
  if (marks.size() < size) mark_all();
  const uint16_t mark = mark_of(id);
  const uint16_t* const first_mark = marks.data();
  const NameHash* const ids = event_ids.data();
  const auto is_in_block = [&](size_t first) {
    if (!any_is(first_mark + first, mark)) return false;
    return std::find(ids + first, ids + first + kBlock, id) != ids + first + kBlock;
  };
  for (size_t first = 0; first + kBlock < size; first += kBlock) {
    if (is_in_block(first)) return true;
  }
  return is_in_block(size - kBlock);  // overlaps the one before
}

bool SeenIds::has_order(NameHash order) const {
  return contains(orders, order);
}

void SeenIds::add_event(NameHash id) {
  if (event_ids.size() < limits::kDedupeIdsMax) {
    event_ids.push_back(id);
    if (event_ids.size() >= kMarkedIdsMin) mark_all();
    return;
  }
  event_ids[next] = id;
  if (!marks.empty()) marks[next] = mark_of(id);
  next = static_cast<uint32_t>((next + 1) % limits::kDedupeIdsMax);
}

void SeenIds::add_order(NameHash order) {
  if (orders.size() == limits::kOrdersMax) orders.erase(orders.begin());
  orders.push_back(order);
}

}  // namespace rekindle
