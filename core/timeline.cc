#include "core/timeline.h"

#include <bit>

#include "core/assert.h"

namespace rekindle {
namespace {

// Garbage is swept once it outweighs what is live by this much, so sweeping costs O(1) an entry.
constexpr size_t kGarbageUnitsMin = 256;
constexpr size_t kLeftLinesMin = 256;

static_assert(limits::kItemsPerEventMax + 4 <= limits::kTimelineLinesMax);
static_assert(2 * limits::kTimelineLinesMax + kGarbageUnitsMin + limits::kItemsPerEventMax + 4 <
              (1u << 20));
static_assert(limits::kItemsPerEventMax <= limits::kTimelineItemsMax);

size_t slot_hash(const ItemKey& item) {
  // The parts are uniform already; the factors keep equal parts from cancelling out.
  const uint64_t mixed =
      item.product + item.category * 0x9e3779b97f4a7c15 + item.brand * 0xc2b2ae3d27d4eb4f;
  return mixed ^ (mixed >> 32);
}

std::span<const Item> items_kept(const Event& event) {
  return {event.items.data(), std::min(event.items.size(), limits::kItemsPerEventMax)};
}

}  // namespace

const Timeline::List* Timeline::find(EventType type) const {
  // A visitor has a dozen lists: counting beats a search, whose branches nobody can predict.
  size_t before = 0;
  for (const List& list : x_lists) before += list.type < type ? 1 : 0;
  const List* const place = x_lists.begin() + before;
  return place == x_lists.end() || place->type != type ? nullptr : place;
}

Timeline::List& Timeline::list_for(EventType type) {
  auto* const place = std::partition_point(x_lists.begin(), x_lists.end(),
                                           [type](const List& list) { return list.type < type; });
  if (place != x_lists.end() && place->type == type) return *place;
  List list;
  list.type = type;
  return *x_lists.insert(place, std::move(list));
}

bool Timeline::add(const Event& event) {
  const List* const known = find(event.type);
  if (known == nullptr && x_lists.size() >= limits::kTimelineListsMax) return false;
  if (known == nullptr || event.at >= known->exact_since()) {
    make_room_for_lines(items_kept(event).size(), event.order_hash != kNoName);
  }
  List& list = known != nullptr ? x_lists[static_cast<size_t>(known - x_lists.begin())]
                                : list_for(event.type);
  if (event.at < list.exact_since()) {
    list.x_past->tiles.add(event.at, worth_of(event), pieces_of(event));
    return true;
  }
  insert(list, make_entry(event));
  if (++x_size > limits::kTimelineEntriesMax) evict_from_longest();
  return true;
}

Timeline::Entry Timeline::make_entry(const Event& event) {
  const std::span<const Item> items = items_kept(event);
  Entry entry;
  entry.at = event.at;
  entry.value = worth_of(event);
  entry.pieces = pieces_of(event);
  entry.line_count = items.size() & 0x7ff;
  entry.has_order = event.order_hash != kNoName;
  if (is_pooled(entry)) {
    append_lines(items, event.order_hash, entry);
  } else if (!items.empty()) {
    const Item& item = items.front();
    entry.lines = index_of({item.product_hash, item.category_hash, item.brand_hash});
  }
  return entry;
}

void Timeline::append_lines(std::span<const Item> items, NameHash order, Entry& entry) {
  sweep_lines();
  entry.lines = x_lines.size() & 0xfffff;
  if (entry.has_order) {
    for (size_t i = 0; i < kOrderUnits; ++i) {
      x_lines.push_back(static_cast<uint16_t>(order >> (16 * i)));
    }
  }
  for (const Item& item : items) {
    x_lines.push_back(index_of({item.product_hash, item.category_hash, item.brand_hash}));
  }
  x_live_units += static_cast<uint32_t>(units_of(entry));
}

NameHash Timeline::order_of(const Entry& entry) const {
  if (!entry.has_order) return kNoName;
  NameHash order = 0;
  for (size_t i = 0; i < kOrderUnits; ++i) {
    order |= static_cast<NameHash>(x_lines[entry.lines + i]) << (16 * i);
  }
  return order;
}

void Timeline::insert(List& list, const Entry& entry) {
  CompactVector<Entry>& entries = list.x_entries;
  const auto gone = list.x_past ? list.x_past->gone : 0;
  if (entries.size() == gone || entries.back().at <= entry.at) return entries.push_back(entry);
  entries.insert(std::upper_bound(entries.begin() + gone, entries.end(), entry.at,
                                  [](EventTime at, const Entry& other) { return at < other.at; }),
                 entry);
}

void Timeline::evict_oldest(List& list) {
  if (!list.x_past) list.x_past = std::make_unique<List::Past>();
  List::Past& past = *list.x_past;
  const Entry& oldest = list.x_entries[past.gone];
  past.tiles.add(oldest.at, oldest.value, oldest.pieces);
  past.exact_since = std::max(past.exact_since, oldest.at + milliseconds(1));
  x_live_units -= static_cast<uint32_t>(units_of(oldest));
  x_lines_left += oldest.line_count;
  ++past.gone;
  --x_size;
  const size_t left = list.x_entries.size() - past.gone;
  if (past.gone > left / 4 + 16) {
    list.x_entries.erase(list.x_entries.begin(), list.x_entries.begin() + past.gone);
    past.gone = 0;
  }
}

void Timeline::evict_from_longest() {
  List* longest = x_lists.begin();
  for (List& list : x_lists) {
    if (list.entries().size() > longest->entries().size()) longest = &list;
  }
  evict_oldest(*longest);
}

void Timeline::make_room_for_lines(size_t count, bool has_order) {
  const size_t units = count + (has_order ? kOrderUnits : 0);
  while (x_live_units + units > limits::kTimelineLinesMax) RK_ASSERT(evict_lines());
  if (x_lines_left > x_items.size() / 2 + kLeftLinesMin) compact_items();
  if (x_items.size() + count <= limits::kTimelineItemsMax) return;
  if (x_lines_left > 0) compact_items();
  while (x_items.size() + count > limits::kTimelineItemsMax) {
    // An eighth at a time, or each event of a visitor at this bound would sweep the dictionary.
    while (x_lines_left < limits::kTimelineItemsMax / 8 && evict_lines()) continue;
    compact_items();
  }
}

// Takes the oldest entry of the list with the most item lines. The newest entry of a type has to
// stay, so where all lists are down to one, an entry gives up its lines only.
bool Timeline::evict_lines() {
  List* heaviest = nullptr;
  List* last_resort = nullptr;
  size_t most = 0;
  for (List& list : x_lists) {
    size_t lines = 0;
    for (const Entry& entry : list.entries()) lines += entry.line_count + units_of(entry);
    if (lines > 0) last_resort = &list;
    if (list.entries().size() < 2 || lines <= most) continue;
    heaviest = &list;
    most = lines;
  }
  if (heaviest != nullptr) return evict_oldest(*heaviest), true;
  if (last_resort == nullptr) return false;
  if (!last_resort->x_past) last_resort->x_past = std::make_unique<List::Past>();
  List::Past& past = *last_resort->x_past;
  Entry& entry = last_resort->x_entries[past.gone];
  past.exact_since = std::max(past.exact_since, entry.at + milliseconds(1));
  x_live_units -= static_cast<uint32_t>(units_of(entry));
  x_lines_left += entry.line_count;
  entry.line_count = 0;
  entry.has_order = 0;
  entry.lines = 0;
  return true;
}

uint16_t Timeline::index_of(const ItemKey& item) {
  const size_t size = x_items.size();
  if (x_item_slots.empty()) {
    for (size_t i = size; i-- > 0;) {
      if (x_items[i] == item) return static_cast<uint16_t>(i);
    }
    x_items.push_back(item);
    if (size + 1 >= kIndexedItemsMin) index_items(4 * std::bit_ceil(kIndexedItemsMin));
    return static_cast<uint16_t>(size);
  }
  if (2 * (size + 1) > x_item_slots.size()) index_items(2 * x_item_slots.size());
  const size_t mask = x_item_slots.size() - 1;
  size_t slot = slot_hash(item) & mask;
  for (; x_item_slots[slot] != 0; slot = (slot + 1) & mask) {
    if (x_items[x_item_slots[slot] - 1u] == item) {
      return static_cast<uint16_t>(x_item_slots[slot] - 1);
    }
  }
  x_items.push_back(item);
  x_item_slots[slot] = static_cast<uint16_t>(size + 1);
  return static_cast<uint16_t>(size);
}

// REQUIRES: a power of two above the number of items.
void Timeline::index_items(size_t slots) {
  x_item_slots = {};
  x_item_slots.assign(slots, 0);
  for (size_t i = 0; i < x_items.size(); ++i) {
    size_t slot = slot_hash(x_items[i]) & (slots - 1);
    while (x_item_slots[slot] != 0) slot = (slot + 1) & (slots - 1);
    x_item_slots[slot] = static_cast<uint16_t>(i + 1);
  }
}

void Timeline::sweep_lines() {
  if (x_lines.size() - x_live_units > x_live_units + kGarbageUnitsMin) compact_lines();
}

void Timeline::compact_lines() {
  CompactVector<uint16_t> lines;
  lines.reserve(x_live_units);
  for (List& list : x_lists) {
    for (size_t i = list.x_past ? list.x_past->gone : 0; i < list.x_entries.size(); ++i) {
      Entry& entry = list.x_entries[i];
      if (!is_pooled(entry)) continue;
      const size_t from = entry.lines;
      entry.lines = lines.size() & 0xfffff;
      for (size_t unit = 0; unit < units_of(entry); ++unit) lines.push_back(x_lines[from + unit]);
    }
  }
  x_lines = std::move(lines);
}

void Timeline::compact_items() {
  compact_lines();
  constexpr uint16_t kUnused = 0xffff;
  CompactVector<uint16_t> renumbered;
  renumbered.assign(x_items.size(), kUnused);
  CompactVector<ItemKey> items;
  const auto renumber = [&](size_t index) {
    uint16_t& number = renumbered[index];
    if (number == kUnused) {
      number = static_cast<uint16_t>(items.size());
      items.push_back(x_items[index]);
    }
    return number;
  };
  for (List& list : x_lists) {
    for (size_t i = list.x_past ? list.x_past->gone : 0; i < list.x_entries.size(); ++i) {
      Entry& entry = list.x_entries[i];
      if (!is_pooled(entry)) {
        if (entry.line_count == 1) entry.lines = renumber(entry.lines);
        continue;
      }
      const size_t first = entry.lines + (entry.has_order ? kOrderUnits : 0);
      for (size_t line = first; line < first + entry.line_count; ++line) {
        x_lines[line] = renumber(x_lines[line]);
      }
    }
  }
  x_items = std::move(items);
  x_lines_left = 0;
  x_item_slots = {};
  if (x_items.size() >= kIndexedItemsMin) index_items(4 * std::bit_ceil(x_items.size()));
}

void Timeline::repack() {
  for (List& list : x_lists) list.x_entries.repack();
  x_lists.repack();
  x_items.repack();
  x_item_slots.repack();
  x_lines.repack();
}

size_t Timeline::memory_bytes() const {
  size_t bytes = x_lists.heap_bytes() + x_items.heap_bytes() + x_item_slots.heap_bytes() +
                 x_lines.heap_bytes();
  for (const List& list : x_lists) {
    bytes += list.x_entries.heap_bytes();
    if (list.x_past) bytes += sizeof(List::Past) + list.x_past->tiles.memory_bytes();
  }
  return bytes;
}

}  // namespace rekindle
