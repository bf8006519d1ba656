#include "operators/decide/candidates/new_arrivals.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/catalog/category_path.h"
#include "operators/decide/date_text.h"
#include "operators/decide/recent_brands.h"
#include "operators/decide/recent_categories.h"

namespace rekindle::operators {
namespace {

using Groups = std::vector<const ProductGroup*>;

struct Kind {
  std::string_view name;
  Groups (*choose)(const DecideView&, const SourceConfig&);
};

void add(Groups& groups, const ProductGroup* group) {
  if (group != nullptr && !group->by_arrival.empty()) groups.push_back(group);
}

Groups given(const DecideView& view, const SourceConfig& config) {
  const ProductCatalog& catalog = *view.model.catalog;
  Groups groups;
  for (const std::string& category : config.categories) {
    add(groups, catalog.category(item_name_hash(category_path(category))));
  }
  for (const std::string& brand : config.brands) {
    add(groups, catalog.brand(item_name_hash(brand)));
  }
  if (config.categories.empty() && config.brands.empty()) add(groups, catalog.category(kNoName));
  return groups;
}

Groups visited_categories(const DecideView& view, const SourceConfig&) {
  Groups groups;
  RecentCategories recent(view.visitor.timeline, *view.model.catalog, view.now);
  while (const auto category = recent.next()) {
    add(groups, view.model.catalog->category(category->category));
  }
  return groups;
}

Groups visited_brands(const DecideView& view, const SourceConfig&) {
  Groups groups;
  for (const NameHash brand : recent_brands(view)) add(groups, view.model.catalog->brand(brand));
  return groups;
}

constexpr Kind kGiven{"new_arrivals", given};
constexpr Kind kOfCategories{"new_arrivals_of_visited_categories", visited_categories};
constexpr Kind kOfBrands{"new_arrivals_of_visited_brands", visited_brands};

class NewArrivals final : public CandidateSource {
 public:
  NewArrivals(const Kind& kind, const SourceConfig& config) : x_kind(kind), x_config(config) {}

  [[nodiscard]] std::string_view name() const override { return x_kind.name; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const Groups groups = x_kind.choose(view, x_config);
    std::vector<std::vector<SortedProducts::Entry>> newest;
    for (const ProductGroup* group : groups) newest.push_back(newest_of(*group, view.now));
    const size_t before = slate.size();
    size_t proposed = 0;
    for (size_t rank = 0; rank < limits::kCandidatesMax; ++rank) {
      for (size_t g = 0; g < groups.size(); ++g) {
        if (rank >= newest[g].size()) continue;
        if (slate.is_full() || proposed++ == limits::kCandidatesMax) return outcome(slate, before);
        propose_one(newest[g][rank], *groups[g], view, slate);
      }
    }
    return outcome(slate, before);
  }

 private:
  static std::string_view outcome(const Slate& slate, size_t before) {
    return slate.size() > before ? std::string_view{} : "nothing is new, or nothing new is left";
  }

  [[nodiscard]] std::vector<SortedProducts::Entry> newest_of(const ProductGroup& group,
                                                             EventTime now) const {
    std::vector<SortedProducts::Entry> newest;
    group.by_arrival.descend(now.ms, [&](const SortedProducts::Entry& entry) {
      if (entry.key <= (now - x_config.within).ms) return false;
      newest.push_back(entry);
      return newest.size() < limits::kCandidatesMax;
    });
    return newest;
  }

  void propose_one(const SortedProducts::Entry& entry, const ProductGroup& group,
                   const DecideView& view, Slate& slate) const {
    const auto age = static_cast<double>(view.now.ms - entry.key);
    const double score = 1 - age / static_cast<double>(x_config.within.ms);
    Offer* offer = slate.propose(entry.product, score, name());
    if (offer == nullptr) return;
    const std::string_view where = group.name.empty() ? std::string_view("the shop") : group.name;
    offer->reasons.push_back(
        fmt::format("new in {} since {}", where, date_text(EventTime{entry.key})));
  }

  const Kind& x_kind;
  SourceConfig x_config;
};

}  // namespace

CandidateSourcePtr make_new_arrivals(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<NewArrivals>(kGiven, config);
}

CandidateSourcePtr make_new_arrivals_of_visited_categories(const SourceConfig& config,
                                                           const NextConfig&) {
  return std::make_unique<NewArrivals>(kOfCategories, config);
}

CandidateSourcePtr make_new_arrivals_of_visited_brands(const SourceConfig& config,
                                                       const NextConfig&) {
  return std::make_unique<NewArrivals>(kOfBrands, config);
}

}  // namespace rekindle::operators
