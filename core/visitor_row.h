// What of a visitor is in their row of the state store, and what the row lacks.
//
// A row begins with the whole visitor. Most of it is lists that hardly change: when a few events
// changed a thousand bytes, the next save appends what they added and everything that is in no
// list. Once what was appended outweighs half of the whole, the row is written whole again: what is
// written keeps in proportion to what changed, however long the visitor's lists are.
//
// Thread: the partition's shard. Owns: the additions, some dozen bytes an event, until a save.
#pragma once

#include <cstdint>
#include <string>

#include "core/compact_vector.h"
#include "core/event.h"
#include "core/visitor_format.h"

namespace rekindle {

class VisitorRow {
 public:
  VisitorRow() = default;  // there is no row
  explicit VisitorRow(const StoredBytes& read)
      : x_whole(static_cast<uint32_t>(read.whole)),
        x_appended(static_cast<uint32_t>(read.appended)),
        x_appends(static_cast<uint32_t>(read.appends)) {}

  // Takes note of an event that operators have seen. `scratch` is emptied first. Returns by how
  // many bytes the additions' memory grew.
  size_t note(const Event& event, std::string& scratch) {
    return event.is_remembered && may_append() ? add(event, scratch) : 0;
  }
  // Appends the row's next bytes to `out`. True: they go behind what the row holds; false: they
  // replace it. REQUIRES: every event since the save before was noted.
  [[nodiscard]] bool save(const Visitor& visitor, std::string& out);
  // What note() and save() will touch, ahead of use.
  void prefetch() const { x_additions.prefetch(); }
  void repack() { x_additions.repack(); }
  [[nodiscard]] bool may_append() const { return x_whole >= kWholeMin && x_appends < kAppendsMax; }

 private:
  static constexpr size_t kWholeMin = 512;   // below it what is appended is seldom the half
  static constexpr size_t kAppendsMax = 16;  // a read puts them together

  size_t add(const Event& event, std::string& scratch);

  CompactVector<char> x_additions;
  uint32_t x_whole = 0;     // bytes; 0: has to be written whole
  uint32_t x_appended = 0;  // bytes behind the whole
  uint32_t x_appends = 0;
};

}  // namespace rekindle
