#include "operators/decide/learnt/category_roll_up.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

std::shared_ptr<const BestsellerList> merged(
    const std::vector<std::pair<NameHash, std::shared_ptr<const BestsellerList>>>& parts,
    const ProductCatalog& catalog) {
  absl::flat_hash_map<NameHash, int64_t> units;
  for (const auto& [category, list] : parts) {
    for (const Bestseller& best : *list) units[best.product] += best.units;
  }
  BestsellerList list;
  list.reserve(units.size());
  for (const auto& [product, count] : units) list.push_back({product, count});
  return served_part(std::move(list), catalog);
}

}  // namespace

void CategoryRollUp::add_to(BestsellerLists::ByName& lists, const ProductCatalog& catalog) {
  absl::flat_hash_map<NameHash, Parts> below;
  for (const auto& [category, list] : lists) {
    const ProductGroup* group = category == kNoName ? nullptr : catalog.category(category);
    while (group != nullptr && group->parent != kNoName) {
      below[group->parent].emplace_back(category, list);
      group = catalog.category(group->parent);
    }
  }
  absl::flat_hash_map<NameHash, Rolled> rolled;
  for (auto& [category, parts] : below) {
    if (const auto own = lists.find(category); own != lists.end()) {
      parts.emplace_back(category, own->second);
    }
    std::sort(parts.begin(), parts.end());
    const auto known = x_rolled.find(category);
    const bool is_same = known != x_rolled.end() && known->second.parts == parts;
    auto list = is_same ? known->second.list : merged(parts, catalog);
    rolled.emplace(category, Rolled{std::move(parts), std::move(list)});
  }
  for (const auto& [category, made] : rolled) lists.insert_or_assign(category, made.list);
  x_rolled = std::move(rolled);
}

}  // namespace rekindle::operators
