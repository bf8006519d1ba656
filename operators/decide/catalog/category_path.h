// Categories are paths in a tree: "Home > Lighting > Lamps" lies in "Home > Lighting" and in
// "Home". A category without '>' is a tree of one. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/limits.h"

namespace rekindle::operators {

inline constexpr std::string_view kCategorySeparator = " > ";

// The path with one blank on either side of each '>', and without empty levels: what its hash is
// of.
[[nodiscard]] std::string category_path(std::string_view text);
// The path one level up; empty: it is a root. REQUIRES: a path from category_path().
[[nodiscard]] std::string_view parent_category(std::string_view path);
// The last level. REQUIRES: the same.
[[nodiscard]] std::string_view leaf_category(std::string_view path);
[[nodiscard]] size_t category_levels(std::string_view path);

}  // namespace rekindle::operators
