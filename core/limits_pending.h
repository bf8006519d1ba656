// Limits that are about to move to core/limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rekindle::limits {
inline constexpr size_t kProductAttributesMax = 64;                  // the same
inline constexpr int64_t kProductTierMax = 1'000;                    // the same
inline constexpr size_t kCategoryPathBytesMax = 750;                 // the same
inline constexpr size_t kCategoryLevelsMax = 10;                     // the same
inline constexpr size_t kCatalogBodyBytesMax = 256 * 1'024 * 1'024;  // of a change, decompressed:
                                                                     // over it 413
inline constexpr size_t kCatalogChunkRows = 1'000;  // written to the store at a time
inline constexpr size_t kUpsellScanMax = 4'096;     // products of a category that one upsell reads
inline constexpr size_t kMessageTextBytesMax = 1'024;  // over it the configuration is refused
inline constexpr size_t kPlacementsPerPageMax = 16;    // decided in one call: over it 400
inline constexpr size_t kSeasonsMax = 256;             // over it the configuration is refused
}  // namespace rekindle::limits
