// The model of decide as bytes in the state store's kModels table. All numbers little-endian.
//
//   model     1 version (1) · varint sessions learnt · varint sites · site …, ascending by id
//   site      4 site id · bestsellers
//   bestsellers
//             varint half-life ms · 8 landmark ms · 8 newest event ms · varint categories ·
//             category …, ascending
//   category  8 category hash (0: over all) · varint products · product …, ascending
//   product   8 product hash · 8 sum (IEEE 754 double, finite, above 0)
//
// A site that never learnt has landmark and newest = INT64_MIN and no categories.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rekindle::operators::bestsellers_format {

inline constexpr uint8_t kVersion = 1;
inline constexpr size_t kProductBytes = 16;
inline constexpr size_t kCategoryBytesMin = 9 + kProductBytes;  // an empty one is not stored
inline constexpr size_t kSiteBytesMin = 4 + 1 + 16 + 1;

}  // namespace rekindle::operators::bestsellers_format
