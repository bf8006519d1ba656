// Counts and sums of entries that left a timeline's exact part, in three tiers of width.
//
// A tile covers [index × width, (index + 1) × width). Each tier keeps its tiles for the longest
// window that reads it plus one tile of the next coarser tier, then folds them into that tier:
//   1 min for 3 h · 1 h for 9 d · 1 d for 401 d.
// A window's old edge may cut one tile; that tile counts whole when its middle is inside. So the
// error is at most the content of that one tile. Sums saturate.
//
// Thread: the visitor's shard. Invariants: tiles ascend by index and are never empty; a tile is in
// the finest tier whose span, back from the newest time added, still holds it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"

namespace rekindle {

class Tiles {
 public:
  void add(EventTime at, int64_t value, uint32_t pieces);
  // Everything that the other holds.
  void add(const Tiles& other);

  struct Totals {
    int64_t count = 0;
    int64_t value = 0;   // minor units
    int64_t valued = 0;  // how many had a value
    int64_t pieces = 0;
  };
  // Everything with at > after, to the precision above.
  [[nodiscard]] Totals after(EventTime after) const;
  // The first instant later than `after` at which after(...) differs, never() if none.
  [[nodiscard]] EventTime next_edge(EventTime after) const;

  [[nodiscard]] size_t memory_bytes() const;
  void encode(ByteWriter& writer) const;
  [[nodiscard]] bool decode(ByteReader& reader);

 private:
  struct Tile {
    int64_t index;
    Totals totals;
  };
  static constexpr size_t kTiers = 3;
  void put(size_t tier, int64_t at_ms, const Totals& totals);
  void fold(size_t tier);
  void move_to(int64_t newest_ms);
  std::vector<Tile> x_tiers[kTiers];  // ascending by index
  int64_t x_newest_ms = INT64_MIN;    // newest time added
};

}  // namespace rekindle
