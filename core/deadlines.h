// The deadlines of one partition's visitors: near ones in memory; all of them in the state store's
// kDeadlines table, written with checkpoints.
//
// Re-arming is lazy: moving a visitor's deadline later writes nothing. The entry that fires early
// is found stale (the visitor's own deadline is later) and is armed again there. What must hold is
// only this: for every visitor with a deadline d there is an entry at some time ≤ d.
//
// Arming is frequent and most entries are minutes ahead: they wait unsorted, in a slot for each few
// seconds, and are put in order when one of the slot is to fire. Stored ones are read long before
// they are due, a portion at a time: a million of one midnight must not stop a shard.
//
// Thread: the partition's shard. Owns: the entries, not the visitors.
#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <string>
#include <vector>

#include "core/log_format.h"
#include "core/state_store.h"

namespace rekindle {

class Deadlines {
 public:
  Deadlines(PartitionId partition, StateStore& store);

  // Adds an entry.
  void arm(EventTime time, VisitorKey key);
  // Brings everything up to `now` into memory. Call before next().
  [[nodiscard]] Result<void> bring(EventTime now);
  // bring(), and puts what is due in order. Call before bound(), near() and pop().
  [[nodiscard]] Result<void> advance(EventTime now);
  // How many entries advance() would have to put in order, or nearly so. REQUIRES: bring().
  [[nodiscard]] size_t unordered(EventTime now) const {
    return x_slots_next > now ? 0 : x_slots[slot_index(x_slots_next)].size();
  }
  // Reads at most `most` more rows of what comes after `now`, long before bring() would have to.
  // True when it read: it is to be called again. REQUIRES: bring() was called.
  [[nodiscard]] Result<bool> read_ahead(EventTime now, size_t most);
  // The earliest entry in memory; never() if none. Later ones may be stored beyond the horizon.
  [[nodiscard]] EventTime next() const {
    return x_sorted.empty() ? x_slots_next : x_sorted.begin()->time;
  }
  // Every entry before it is in memory.
  [[nodiscard]] EventTime horizon() const { return x_horizon; }
  // The bound that covers at most `most` entries with time ≤ now; before_all() if none is due.
  // REQUIRES, as do the next two: advance() was called with `now` (the bound's time) or later.
  [[nodiscard]] FireBound bound(EventTime now, size_t most) const;
  // Entries up to and including `bound`, and some more, for reading their visitors ahead.
  [[nodiscard]] const absl::btree_set<FireBound>& near() const { return x_sorted; }
  // Takes the earliest entry if it is within `bound`.
  [[nodiscard]] bool pop(const FireBound& bound, FireBound& entry);

  // Lets go of a visitor's entries, those in `rows` of the store too; the next checkpoint has to
  // remove them, and the rows that are appended to `rows` here.
  void forget(VisitorKey key, std::vector<std::string>& rows);
  // Rows of the store that hold entries of visitors, by visitor: reads all of the partition's. Any
  // thread.
  using Rows = absl::flat_hash_map<VisitorKey, std::vector<std::string>>;
  [[nodiscard]] static Result<Rows> stored(StateStore& store, PartitionId partition,
                                           const absl::flat_hash_set<VisitorKey>& visitors);

  // Writes the entries armed since the last save, and lets go of stored ones up to `fired`.
  void save(const FireBound& fired, StateBatch& batch);
  // The batch of the last save() is in the store.
  void saved() {
    x_saving.clear();
    x_forgetting.clear();
  }

 private:
  using Slot = std::vector<FireBound>;

  [[nodiscard]] static size_t slot_index(EventTime time);
  [[nodiscard]] Slot& slot_of(EventTime time) { return x_slots[slot_index(time)]; }
  void add_near(const FireBound& entry);
  void sort_until(EventTime until);
  void begin_reading(EventTime now, EventTime until);
  [[nodiscard]] Result<bool> read_rows(size_t most);
  [[nodiscard]] bool is_forgotten(VisitorKey key) const;

  PartitionId x_partition;
  StateStore& x_store;
  absl::btree_set<FireBound> x_sorted;  // every entry with time < x_sorted_until
  EventTime x_sorted_until = EventTime::before_all();
  std::vector<Slot> x_slots;  // by time, in a circle: x_sorted_until ≤ time < x_reading; unordered
  EventTime x_slots_next = EventTime::never();  // the earliest time in x_slots
  EventTime x_horizon = EventTime::before_all();
  EventTime x_reading = EventTime::before_all();  // x_horizon, or what is being read up to
  std::string x_next_row;                         // … and from here
  std::vector<FireBound> x_unsaved;               // armed since the last save
  std::vector<FireBound> x_saving;       // handed to the store, perhaps not yet readable there
  std::vector<VisitorKey> x_forgotten;   // since the last save: stored entries are not theirs
  std::vector<VisitorKey> x_forgetting;  // … until what the last save wrote is in the store
  FireBound x_removed;                   // stored rows up to and including this are gone
};

}  // namespace rekindle
