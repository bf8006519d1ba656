// What one visitor did, newest detail first: entries split by event type, each list ordered by
// time.
//
// Exact for the newest limits::kTimelineEntriesMax entries of all types together. Over that, the
// oldest entry of the longest list moves into that list's tiles (core/tiles.h), which keep counts
// and sums only; answers that reach into tiles say `exact: false`. The same happens to the list
// with the most item lines when lines or distinct items reach their own bounds.
//
// Thread: the visitor's shard. Owns: everything it shows. Invariants: each list's entries ascend
// by `at`, equal times in order of arrival; every item index is inside the dictionary; what is
// encoded, and what add() does, depend on the sequence of events only.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/compact_vector.h"
#include "core/event.h"
#include "core/limits.h"
#include "core/prefetch.h"
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
    int64_t value = kNoMoney;      // worth of the event, minor units of the site's currency
    uint32_t pieces = 0;           // pieces over all items, saturated
    uint32_t line_count : 11 = 0;  // number of items
    uint32_t has_order : 1 = 0;
    uint32_t lines : 20 = 0;  // where the items (and the order) are; see item_of, order_of
  };
  static_assert(limits::kItemsPerEventMax < (1u << 11) && sizeof(Entry) == 24);

  class List {
   public:
    EventType type = EventType::kNone;

    [[nodiscard]] std::span<const Entry> entries() const {
      return {x_entries.begin() + (x_past ? x_past->gone : 0), x_entries.end()};
    }
    // Null until an entry had to leave.
    [[nodiscard]] const Tiles* tiles() const { return x_past ? &x_past->tiles : nullptr; }
    // Entries are complete from here on. Older ones may exist (same instant as one that left).
    [[nodiscard]] EventTime exact_since() const {
      return x_past ? x_past->exact_since : EventTime::before_all();
    }

   private:
    friend class Timeline;
    struct Past {
      Tiles tiles;
      EventTime exact_since = EventTime::before_all();
      uint32_t gone = 0;  // leading elements of x_entries that have left; erased in bulk
    };
    CompactVector<Entry> x_entries;
    std::unique_ptr<Past> x_past;
  };

  // Inserts at its place by time. Returns false when the type has no list and there are already
  // limits::kTimelineListsMax of them (nothing is changed then).
  bool add(const Event& event);

  // One of an event that is left out: which part, and which of its entries of that type.
  using LeavesOut = absl::FunctionRef<bool(size_t part, EventType type, size_t entry)>;
  // What one that was told everything would hold: the same bytes, as long as no bound was met and
  // no two events of a type have the same time. REQUIRES: of a list with tiles an entry stays.
  [[nodiscard]] static Timeline joined(std::span<const Timeline* const> parts,
                                       LeavesOut leaves_out);

  [[nodiscard]] const List* find(EventType type) const;  // null: none of that type
  [[nodiscard]] std::span<const List> lists() const { return {x_lists.begin(), x_lists.size()}; }
  [[nodiscard]] size_t size() const { return x_size; }  // entries of all lists

  // The items of an entry's lines, in the order they were sent. REQUIRES: `index` < line_count.
  [[nodiscard]] const ItemKey& item_of(const Entry& entry, size_t index) const {
    return x_items[item_index(entry, index)];
  }
  // The same as a number below items_bound(): equal numbers are equal items.
  [[nodiscard]] size_t item_index(const Entry& entry, size_t index) const {
    return is_pooled(entry) ? x_lines[entry.lines + (entry.has_order ? kOrderUnits : 0) + index]
                            : entry.lines;
  }
  [[nodiscard]] size_t items_bound() const { return x_items.size(); }
  [[nodiscard]] NameHash order_of(const Entry& entry) const;  // kNoName without one

  // Ask the processor for what add() and the newest entries of a window need, ahead of use, in four
  // steps: each needs what the one before asked for.
  void prefetch_lists() const {
    x_lists.prefetch();
    x_items.prefetch();
    x_item_slots.prefetch();
  }
  void prefetch_all_lists() const {
    x_lists.prefetch_rest(kTypicalLists * sizeof(List));
    x_items.prefetch_end();
  }
  void prefetch_entries() const {
    for (const List& list : x_lists) {
      list.x_entries.prefetch();
      if (list.x_past) prefetch_line(list.x_past.get());
    }
  }
  void prefetch_newest() const {
    for (const List& list : x_lists) list.x_entries.prefetch_end();
  }

  // Heap bytes held, for the cache's budget.
  [[nodiscard]] size_t memory_bytes() const;
  void repack();  // its lists, to where the heap is dense

  // Same content, same bytes. Times are written against `base`, the nearer the shorter; reading
  // takes the same one.
  void encode(ByteWriter& writer, EventTime base = {}) const;
  [[nodiscard]] bool decode(ByteReader& reader, EventTime base = {});

 private:
  // Below this many items a scan, newest first, beats a hash index.
  static constexpr size_t kIndexedItemsMin = 24;
  static constexpr size_t kTypicalLists = 16;
  static constexpr size_t kOrderUnits = sizeof(NameHash) / sizeof(uint16_t);
  // An entry without an order and with at most one item keeps its item's index in `lines`; others
  // have a run in x_lines: the order's hash if any, then an index per item.
  static bool is_pooled(const Entry& entry) { return entry.has_order || entry.line_count > 1; }
  static size_t units_of(const Entry& entry) {
    return is_pooled(entry) ? entry.line_count + (entry.has_order ? kOrderUnits : 0) : 0;
  }

  List& list_for(EventType type);
  Entry make_entry(const Event& event);
  void append_lines(std::span<const Item> items, NameHash order, Entry& entry);
  static void insert(List& list, const Entry& entry);
  void join_lists(EventType type, std::span<const Timeline* const> parts, LeavesOut leaves_out);
  Entry copy_entry(const Timeline& from, const Entry& entry);
  void evict_oldest(List& list);
  void evict_from_longest();
  void make_room_for_lines(size_t count, bool has_order);
  bool evict_lines();
  uint16_t index_of(const ItemKey& item);
  void index_items(size_t slots);
  void sweep_lines();  // compacts them once that is worth it
  void compact_lines();
  void compact_items();
  void encode_items(ByteWriter& writer, std::span<const uint16_t> order) const;
  [[nodiscard]] bool decode_items(ByteReader& reader);
  void encode_list(const List& list, std::span<const uint16_t> renumbered, EventTime base,
                   ByteWriter& writer) const;
  [[nodiscard]] bool decode_list(ByteReader& reader, EventTime base, List& list);
  [[nodiscard]] bool decode_entry(ByteReader& reader, Entry& entry);

  CompactVector<List> x_lists;           // ascending by type
  CompactVector<ItemKey> x_items;        // distinct items; some may be garbage until compacted
  CompactVector<uint16_t> x_item_slots;  // hash index over x_items (1 + index), once worth it
  CompactVector<uint16_t> x_lines;       // runs of pooled entries; garbage until compacted
  uint32_t x_size = 0;
  uint32_t x_live_units = 0;  // of x_lines that an entry refers to
  uint32_t x_lines_left = 0;  // items of entries that left since the dictionary was compacted
};

}  // namespace rekindle
