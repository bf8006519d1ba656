// What one visitor did, newest detail first: entries split by event type, each list ordered by time.
//
// Exact for the newest limits::kTimelineEntriesMax entries of all types together. Over that, the
// oldest entry of the longest list moves into that list's tiles (core/tiles.h), which keep counts
// and sums only; answers that reach into tiles say `exact: false`.
//
// Thread: the visitor's shard. Owns: everything it shows. Invariants: each list's entries ascend
// by `at`, equal times in order of arrival; every item index is inside `items()`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/event.h"
#include "core/tiles.h"

namespace rekindle {

// What an item is, by hashes; kNoName where the event did not say.
struct ItemKey {
  NameHash product = kNoName;
  NameHash category = kNoName;
  NameHash brand = kNoName;
  friend bool operator==(const ItemKey&, const ItemKey&) = default;
};

class Timeline {
 public:
  struct Entry {
    EventTime at;
    int64_t value = kNoMoney;     // worth of the event, minor units of the site's currency
    uint32_t pieces = 0;          // pieces over all items, saturated
    uint16_t line_count = 0;      // number of items
    bool has_order = false;
    uint32_t lines = 0;           // where the items (and the order) are; see items_of, order_of
  };
  struct List {
    EventType type = EventType::kNone;
    std::vector<Entry> entries;
    std::unique_ptr<Tiles> tiles;  // null until an entry had to leave
    EventTime exact_since = EventTime::before_all();  // entries are complete from here on
  };

  // Inserts at its place by time. Returns false when the type has no list and there are already
  // limits::kTimelineListsMax of them (nothing is changed then).
  bool add(const Event& event);

  [[nodiscard]] const List* find(EventType type) const;  // null: none of that type
  [[nodiscard]] std::span<const List> lists() const { return x_lists; }

  // The distinct items of an entry's lines, in the order they were sent. `index` < line_count.
  [[nodiscard]] const ItemKey& item_of(const Entry& entry, size_t index) const;
  [[nodiscard]] NameHash order_of(const Entry& entry) const;  // kNoName without one

  // Heap bytes held, for the cache's budget.
  [[nodiscard]] size_t memory_bytes() const;

  void encode(ByteWriter& writer) const;  // same content, same bytes
  [[nodiscard]] bool decode(ByteReader& reader);

 private:
  // Layout is private to timeline.cc's author: see the member comments there.
  std::vector<List> x_lists;           // ordered by type code
  std::vector<ItemKey> x_items;        // distinct items of this visitor
  std::vector<uint16_t> x_lines;       // item indexes (and order hashes) of multi-line entries
};

}  // namespace rekindle
