#include "core/ids.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rekindle {

SiteId site_id(std::string_view site) {
  return SiteId{static_cast<uint32_t>(XXH3_64bits(site.data(), site.size()))};
}

VisitorKey visitor_key(SiteId site, std::string_view name) {
  const auto hash = XXH3_128bits_withSeed(name.data(), name.size(), static_cast<uint32_t>(site));
  return {hash.high64, hash.low64};
}

NameHash name_hash(std::string_view text) {
  if (text.empty()) return kNoName;
  const auto hash = XXH3_64bits(text.data(), text.size());
  return hash == kNoName ? 1 : hash;
}

NameHash item_name_hash(std::string_view text) {
  if (text.empty()) return kNoName;
  const NameHash hash = name_hash(text) & kItemNameMask;
  return hash == kNoName ? 1 : hash;
}

}  // namespace rekindle
