// Keeps a placement diverse: stops what would be one too many of a category or of a brand.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kCategoryQuota{
    "category_quota", [](const Judged& judged) {
      const uint32_t most = judged.quota.per_category;
      const NameHash category = judged.candidate.product->category_hash;
      if (most == 0 || category == kNoName) return false;
      const auto same =
          std::count_if(judged.offered.begin(), judged.offered.end(),
                        [&](const Product* other) { return other->category_hash == category; });
      return same >= static_cast<ptrdiff_t>(most);
    }};

inline constexpr Guard kBrandQuota{
    "brand_quota", [](const Judged& judged) {
      const uint32_t most = judged.quota.per_brand;
      const NameHash brand = judged.candidate.product->brand_hash;
      if (most == 0 || brand == kNoName) return false;
      const auto same =
          std::count_if(judged.offered.begin(), judged.offered.end(),
                        [&](const Product* other) { return other->brand_hash == brand; });
      return same >= static_cast<ptrdiff_t>(most);
    }};

}  // namespace rekindle::operators::guards
