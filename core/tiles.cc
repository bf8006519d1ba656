#include "core/tiles.h"

#include <algorithm>
#include <iterator>

#include "core/event.h"
#include "core/money.h"

namespace rekindle {
namespace {

constexpr int64_t kWidthMs[] = {minutes(1).ms, hours(1).ms, days(1).ms};
constexpr int64_t kCoarserMs[] = {hours(1).ms, days(1).ms, days(1).ms};
constexpr int64_t kKeptMs[] = {hours(3).ms, days(9).ms, days(401).ms};
// Stored times further out than this are damage; it keeps every sum of times in range.
constexpr int64_t kTimeMsMax = int64_t{1} << 52;

constexpr int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// A tile leaves its tier when the coarser tile around it has, so that no window's edge cuts both.
constexpr bool has_left(size_t tier, int64_t at_ms, int64_t newest_ms) {
  const int64_t end = (floor_div(at_ms, kCoarserMs[tier]) + 1) * kCoarserMs[tier];
  return end <= newest_ms - kKeptMs[tier];
}

constexpr int64_t middle_of(size_t tier, int64_t index) {
  return index * kWidthMs[tier] + kWidthMs[tier] / 2;
}

void add_to(Tiles::Totals& sum, const Tiles::Totals& more) {
  sum.count += more.count;
  sum.value = saturating_add(sum.value, more.value);
  sum.valued += more.valued;
  sum.pieces = saturating_add(sum.pieces, more.pieces);
}

}  // namespace

void Tiles::add(EventTime at, int64_t value, uint32_t pieces) {
  move_to(at.ms);
  Totals one{1, 0, 0, pieces};
  if (value != kNoMoney) {
    one.value = value;
    one.valued = 1;
  }
  for (size_t tier = 0; tier < kTiers; ++tier) {
    if (!has_left(tier, at.ms, x_newest_ms)) return put(tier, at.ms, one);
  }
}

void Tiles::add(const Tiles& other) {
  move_to(other.x_newest_ms);
  for (size_t from = 0; from < kTiers; ++from) {
    for (const Tile& tile : other.x_tiers[from]) {
      const int64_t at_ms = tile.index * kWidthMs[from];
      for (size_t tier = from; tier < kTiers; ++tier) {
        if (has_left(tier, at_ms, x_newest_ms)) continue;
        put(tier, at_ms, tile.totals);
        break;
      }
    }
  }
}

void Tiles::move_to(int64_t newest_ms) {
  if (newest_ms <= x_newest_ms) return;
  x_newest_ms = newest_ms;
  for (size_t tier = 0; tier < kTiers; ++tier) fold(tier);
}

void Tiles::put(size_t tier, int64_t at_ms, const Totals& totals) {
  std::vector<Tile>& tiles = x_tiers[tier];
  const int64_t index = floor_div(at_ms, kWidthMs[tier]);
  auto place = tiles.end();
  while (place != tiles.begin() && std::prev(place)->index >= index) --place;
  if (place == tiles.end() || place->index != index) place = tiles.insert(place, {index, {}});
  add_to(place->totals, totals);
}

void Tiles::fold(size_t tier) {
  std::vector<Tile>& tiles = x_tiers[tier];
  auto kept = tiles.begin();
  while (kept != tiles.end() && has_left(tier, kept->index * kWidthMs[tier], x_newest_ms)) {
    if (tier + 1 < kTiers) put(tier + 1, kept->index * kWidthMs[tier], kept->totals);
    ++kept;
  }
  if (kept != tiles.begin()) tiles.erase(tiles.begin(), kept);
}

Tiles::Totals Tiles::after(EventTime after) const {
  Totals sum;
  for (size_t tier = 0; tier < kTiers; ++tier) {
    for (auto tile = x_tiers[tier].rbegin(); tile != x_tiers[tier].rend(); ++tile) {
      if (middle_of(tier, tile->index) <= after.ms) break;
      add_to(sum, tile->totals);
    }
  }
  return sum;
}

EventTime Tiles::next_edge(EventTime after) const {
  EventTime edge = EventTime::never();
  for (size_t tier = 0; tier < kTiers; ++tier) {
    const auto& tiles = x_tiers[tier];
    const auto next = std::partition_point(tiles.begin(), tiles.end(), [&](const Tile& tile) {
      return middle_of(tier, tile.index) <= after.ms;
    });
    if (next != tiles.end()) edge = std::min(edge, EventTime{middle_of(tier, next->index)});
  }
  return edge;
}

size_t Tiles::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& tiles : x_tiers) bytes += tiles.capacity() * sizeof(Tile);
  return bytes;
}

void Tiles::encode(ByteWriter& writer) const {
  writer.signed_varint(x_newest_ms);
  for (const auto& tiles : x_tiers) {
    writer.varint(tiles.size());
    int64_t before = 0;
    for (const Tile& tile : tiles) {
      writer.signed_varint(tile.index - before);
      before = tile.index;
      writer.varint(static_cast<uint64_t>(tile.totals.count));
      writer.varint(static_cast<uint64_t>(tile.totals.valued));
      if (tile.totals.valued != 0) writer.signed_varint(tile.totals.value);
      writer.varint(static_cast<uint64_t>(tile.totals.pieces));
    }
  }
}

bool Tiles::decode(ByteReader& reader) {
  constexpr size_t kLeastTileBytes = 4;
  x_newest_ms = reader.signed_varint();
  if (x_newest_ms > kTimeMsMax || x_newest_ms < -kTimeMsMax) reader.fail();
  for (size_t tier = 0; tier < kTiers; ++tier) {
    std::vector<Tile>& tiles = x_tiers[tier];
    tiles.resize(reader.count(kLeastTileBytes));
    int64_t before = 0;
    for (size_t i = 0; i < tiles.size() && reader.ok(); ++i) {
      const int64_t step = reader.signed_varint();
      const int64_t bound = kTimeMsMax / kWidthMs[tier];
      if (step > 2 * bound || step < -2 * bound || (i > 0 && step <= 0)) return false;
      Tile& tile = tiles[i];
      before = tile.index = before + step;
      tile.totals.count = static_cast<int64_t>(reader.varint());
      tile.totals.valued = static_cast<int64_t>(reader.varint());
      if (tile.totals.valued != 0) tile.totals.value = reader.signed_varint();
      tile.totals.pieces = static_cast<int64_t>(reader.varint());
      if (before > bound || before < -bound || tile.totals.count <= 0 || tile.totals.valued < 0 ||
          tile.totals.valued > tile.totals.count || tile.totals.pieces < 0) {
        return false;
      }
    }
  }
  return reader.ok();
}

}  // namespace rekindle
