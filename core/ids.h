// The identifiers that cross folders, and the one hash they come from.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rekindle {

// A visitor inside Rekindle: 128 bits of XXH3 over (site, name). The name is stored beside the
// state and compared on every event, so a collision is refused and can never merge two people.
struct VisitorKey {
  uint64_t high = 0;
  uint64_t low = 0;
  friend constexpr auto operator<=>(const VisitorKey&, const VisitorKey&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const VisitorKey& key) {
    return H::combine(std::move(h), key.low);  // already uniform
  }
};

// A name inside Rekindle: XXH3 over its text. 0 means absent. Event and order ids have 64 bits.
// Products, categories and brands have the lower 48 of them, for a visitor stores several: that any
// two of n collide has a chance of n²/2⁴⁹ (20,000 products: 7e-7, a million: 2e-3).
using NameHash = uint64_t;
inline constexpr NameHash kNoName = 0;
inline constexpr size_t kItemNameBytes = 6;
inline constexpr NameHash kItemNameMask = (NameHash{1} << 8 * kItemNameBytes) - 1;

enum class SiteId : uint32_t {};
enum class PartitionId : uint16_t {};
enum class AudienceId : uint16_t {};  // dense, given in order of first definition, never reused
using VisitorNumber = uint32_t;       // dense within a partition, in order of first event

// One definition an audience had, has or may get. Visitors remember which they are in.
struct AudienceVersion {
  AudienceId id{};
  uint32_t version = 0;
  friend constexpr auto operator<=>(const AudienceVersion&, const AudienceVersion&) = default;
};

[[nodiscard]] SiteId site_id(std::string_view site);
[[nodiscard]] VisitorKey visitor_key(SiteId site, std::string_view name);
// "" gives kNoName. The second is for products, categories and brands, the first for all else.
[[nodiscard]] NameHash name_hash(std::string_view text);
[[nodiscard]] NameHash item_name_hash(std::string_view text);

constexpr PartitionId partition_of(VisitorKey key, uint32_t partitions) {
  return PartitionId{static_cast<uint16_t>(key.high % partitions)};
}
constexpr uint16_t to_index(PartitionId id) {
  return static_cast<uint16_t>(id);
}
constexpr uint16_t to_index(AudienceId id) {
  return static_cast<uint16_t>(id);
}

}  // namespace rekindle
