// The model of decide as bytes in the state store's kModels table. All numbers little-endian. Only
// the sessions are stored: all that was counted from them is counted again.
//
//   model    1 version (2) · varint sessions learnt · varint sites · site …, ascending by id
//   site     4 site id · horizon · varint names · name … · varint sessions · session …
//   horizon  8 end ms · 16 visitor · 8 start ms, of the newest session that had to leave; INT64_MIN
//            and zeros when none had to
//   name     8 hash of a product, category or brand, in the order in which sessions first name it
//   session  16 visitor · signed varint end ms, after that of the one before (the first: after 0) ·
//            varint end − start ms · varint lines · line …; from the oldest to the newest
//   line     varint (product's index in names × 4 + kind) · varint category (0: none, else its
//            index + 1) · varint brand (the same) · varint ms after the line before (the first:
//            after the start)
//
// Kinds: 0 view_item, 1 add_to_cart, 2 purchase.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rekindle::operators::learnt_format {

inline constexpr uint8_t kVersion = 2;
inline constexpr size_t kNameBytes = 8;
inline constexpr size_t kLineBytesMin = 4;
inline constexpr size_t kSessionBytesMin = 16 + 3 + kLineBytesMin;
inline constexpr size_t kSiteBytesMin = 4 + 32 + 2;

}  // namespace rekindle::operators::learnt_format
