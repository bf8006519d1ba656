// A product's, category's or brand's hash in 6 bytes, low byte first, and how one item's are told
// from what came before it. For what is stored with each visitor.
#pragma once

#include "core/assert.h"
#include "core/bytes.h"
#include "core/ids.h"

namespace rekindle {

// Two bits: absent; new, its bytes follow; as in the item before; as in an earlier one.
enum ItemNameCode : uint8_t { kAbsent = 0, kNew = 1, kAsBefore = 2, kEarlier = 3 };

[[nodiscard]] constexpr ItemNameCode item_name_code(NameHash name, NameHash before) {
  if (name == kNoName) return kAbsent;
  return name == before ? kAsBefore : kNew;
}

inline void put_item_name(NameHash name, ByteWriter& writer) {
  RK_ASSERT(name <= kItemNameMask);  // came from item_name_hash
  writer.fixed(static_cast<uint32_t>(name));
  writer.fixed(static_cast<uint16_t>(name >> 32));
}

[[nodiscard]] inline NameHash get_item_name(ByteReader& reader) {
  const auto low = reader.fixed<uint32_t>();
  return low | NameHash{reader.fixed<uint16_t>()} << 32;
}

}  // namespace rekindle
