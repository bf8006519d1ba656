#include "operators/decide/candidates/best_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/catalog/category_path.h"
#include "operators/decide/recent_brands.h"
#include "operators/decide/recent_categories.h"

namespace rekindle::operators {
namespace {

struct NamedList {
  std::string name;  // for people; empty: of the whole shop
  const BestsellerList* list = nullptr;
};

struct Kind {
  std::string_view name;
  BestsellerLists SiteModel::*lists;
  std::string_view what;  // "bestseller", "trending"
  std::vector<NamedList> (*choose)(const DecideView&, const BestsellerLists&, const SourceConfig&);
};

void add_list(std::vector<NamedList>& lists, std::string name, const BestsellerList* list) {
  if (list != nullptr && !list->empty()) lists.push_back({std::move(name), list});
}

std::string category_name(const DecideView& view, NameHash category) {
  const std::string_view name = view.model.catalog->category_name(category);
  return name.empty() ? "a category you visited" : std::string(name);
}

std::vector<NamedList> given(const DecideView&, const BestsellerLists& lists,
                             const SourceConfig& config) {
  std::vector<NamedList> chosen;
  for (const std::string& category : config.categories) {
    add_list(chosen, category, lists.of_category(item_name_hash(category_path(category))));
  }
  for (const std::string& brand : config.brands) {
    add_list(chosen, brand, lists.of_brand(item_name_hash(brand)));
  }
  if (config.categories.empty() && config.brands.empty()) {
    add_list(chosen, "", lists.of_category(kNoName));
  }
  return chosen;
}

std::vector<NamedList> visited_categories(const DecideView& view, const BestsellerLists& lists,
                                          const SourceConfig&) {
  std::vector<NamedList> chosen;
  RecentCategories recent(view.visitor.timeline, *view.model.catalog, view.now);
  while (const auto category = recent.next()) {
    add_list(chosen, category_name(view, category->category),
             lists.of_category(category->category));
  }
  return chosen;
}

// The one with the most of the newest items; of equal ones the one dealt with last.
std::vector<NamedList> top_category(const DecideView& view, const BestsellerLists& lists,
                                    const SourceConfig&) {
  std::vector<std::pair<NameHash, size_t>> counts;
  RecentItems recent(view.visitor.timeline, view.now);
  while (const auto seen = recent.next()) {
    NameHash category = seen->item.category;
    const Product* product = view.model.catalog->find(seen->item.product);
    if (category == kNoName && product != nullptr) category = product->category_hash;
    if (category == kNoName) continue;
    const auto same = std::find_if(counts.begin(), counts.end(),
                                   [&](const auto& count) { return count.first == category; });
    if (same != counts.end()) {
      ++same->second;
    } else {
      counts.emplace_back(category, 1);
    }
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<NamedList> chosen;
  if (most == counts.end()) return chosen;
  add_list(chosen, category_name(view, most->first), lists.of_category(most->first));
  return chosen;
}

std::vector<NamedList> visited_brands(const DecideView& view, const BestsellerLists& lists,
                                      const SourceConfig&) {
  std::vector<NamedList> chosen;
  for (const NameHash brand : recent_brands(view)) {
    const ProductGroup* group = view.model.catalog->brand(brand);
    add_list(chosen, group == nullptr ? "a brand you visited" : group->name, lists.of_brand(brand));
  }
  return chosen;
}

constexpr Kind kBestsellers{"bestsellers", &SiteModel::bestsellers, "bestseller", given};
constexpr Kind kTrending{"trending", &SiteModel::trending, "trending", given};
constexpr Kind kOfVisitedCategories{"bestsellers_of_visited_categories", &SiteModel::bestsellers,
                                    "bestseller", visited_categories};
constexpr Kind kOfTopCategory{"bestsellers_of_top_category", &SiteModel::bestsellers, "bestseller",
                              top_category};
constexpr Kind kOfVisitedBrands{"bestsellers_of_visited_brands", &SiteModel::bestsellers,
                                "bestseller", visited_brands};
constexpr Kind kTrendingOfVisited{"trending_of_visited_categories", &SiteModel::trending,
                                  "trending", visited_categories};

class BestLists final : public CandidateSource {
 public:
  BestLists(const Kind& kind, const SourceConfig& config) : x_kind(kind), x_config(config) {}

  [[nodiscard]] std::string_view name() const override { return x_kind.name; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const BestsellerLists& lists = view.model.*x_kind.lists;
    const std::vector<NamedList> chosen = x_kind.choose(view, lists, x_config);
    if (chosen.empty()) return "nothing sold, or nothing visited, to choose bestsellers by";
    const size_t before = slate.size();
    size_t proposed = 0;
    for (size_t rank = 0; rank < limits::kBestsellersServed; ++rank) {
      for (const NamedList& named : chosen) {
        if (rank >= named.list->size()) continue;
        if (slate.is_full() || proposed++ == limits::kCandidatesMax) return outcome(slate, before);
        const Bestseller& best = (*named.list)[rank];
        const double score = static_cast<double>(best.units) * lists.score_per_unit;
        Offer* offer = slate.propose(best.product, score, name());
        if (offer != nullptr) offer->reasons.push_back(reason(rank, named));
      }
    }
    return outcome(slate, before);
  }

 private:
  [[nodiscard]] static std::string_view outcome(const Slate& slate, size_t before) {
    return slate.size() > before ? std::string_view{} : "nothing left to offer of what sells";
  }
  [[nodiscard]] std::string reason(size_t rank, const NamedList& named) const {
    if (named.name.empty()) return fmt::format("{} #{} of the shop", x_kind.what, rank + 1);
    return fmt::format("{} #{} in {}", x_kind.what, rank + 1, named.name);
  }

  const Kind& x_kind;
  SourceConfig x_config;
};

}  // namespace

CandidateSourcePtr make_bestsellers(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<BestLists>(kBestsellers, config);
}

CandidateSourcePtr make_trending(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<BestLists>(kTrending, config);
}

CandidateSourcePtr make_bestsellers_of_visited_categories(const SourceConfig& config,
                                                          const NextConfig&) {
  return std::make_unique<BestLists>(kOfVisitedCategories, config);
}

CandidateSourcePtr make_bestsellers_of_top_category(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<BestLists>(kOfTopCategory, config);
}

CandidateSourcePtr make_bestsellers_of_visited_brands(const SourceConfig& config,
                                                      const NextConfig&) {
  return std::make_unique<BestLists>(kOfVisitedBrands, config);
}

CandidateSourcePtr make_trending_of_visited_categories(const SourceConfig& config,
                                                       const NextConfig&) {
  return std::make_unique<BestLists>(kTrendingOfVisited, config);
}

}  // namespace rekindle::operators
