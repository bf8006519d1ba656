#include "operators/decide/learnt/bestsellers.h"

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/learnt/category_roll_up.h"
#include "operators/decide/learnt/session_store.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {
namespace {

const BestsellerList* find_in(const BestsellerLists::ByName& lists, NameHash name) {
  const auto found = lists.find(name);
  return found == lists.end() ? nullptr : found->second.get();
}

}  // namespace

double BestsellerWeights::of(EventType type) const {
  switch (type) {
    case EventType::kViewItem: return view_item;
    case EventType::kAddToCart: return add_to_cart;
    case EventType::kPurchase: return purchase;
    default: return 0;
  }
}

const BestsellerList* BestsellerLists::of_category(NameHash category) const {
  return find_in(by_category, category);
}

const BestsellerList* BestsellerLists::of_brand(NameHash brand) const {
  return find_in(by_brand, brand);
}

Bestsellers::Bestsellers(Duration half_life, const BestsellerWeights& weights,
                         BestsellerLists SiteModel::*member)
    : x_scale(half_life),
      x_weights(weights),
      x_member(member),
      x_roll_up(std::make_unique<CategoryRollUp>()) {}

Bestsellers::~Bestsellers() = default;

template <typename Do>
void Bestsellers::for_each_count(const LearntSession& session, const SessionStore& store,
                                 const Do& action) {
  const NameNumbers& names = store.names();
  for (const LearntLine& line : session.lines) {
    const double weight = x_weights.of(line.type());
    if (weight <= 0) continue;
    const int64_t units = x_scale.units(weight, session.at(line));
    const NameHash product = names.name_of(line.product);
    action(x_by_category, kNoName, product, units);
    if (line.category != kNoNumber) {
      action(x_by_category, names.name_of(line.category), product, units);
    }
    if (line.brand != kNoNumber) action(x_by_brand, names.name_of(line.brand), product, units);
  }
}

void Bestsellers::learn(const LearntSession& session, const SessionStore& store) {
  for_each_count(session, store,
                 [this](ByName& counts, NameHash name, NameHash product, int64_t units) {
                   add(counts, name, product, units);
                 });
}

void Bestsellers::forget(const LearntSession& session, const SessionStore& store) {
  for_each_count(session, store,
                 [this](ByName& counts, NameHash name, NameHash product, int64_t units) {
                   subtract(counts, name, product, units);
                 });
}

void Bestsellers::add(ByName& counts, NameHash name, NameHash product, int64_t units) {
  Counts& counted = counts[name];
  counted.list = nullptr;
  if (counted.of.add(product, units)) ++x_counts;
}

void Bestsellers::subtract(ByName& counts, NameHash name, NameHash product, int64_t units) {
  const auto counted = counts.find(name);
  RK_ASSERT(counted != counts.end());
  counted->second.list = nullptr;
  if (!counted->second.of.subtract(product, units)) return;
  --x_counts;
  if (counted->second.of.empty()) counts.erase(counted);
}

void Bestsellers::reset(EventTime newest) {
  x_scale.move_to(newest);
  x_by_category.clear();
  x_by_brand.clear();
  x_counts = 0;
}

BestsellerLists::ByName Bestsellers::lists_of(ByName& counts, const ProductCatalog& catalog) {
  BestsellerLists::ByName lists;
  lists.reserve(counts.size());
  for (auto& [name, counted] : counts) {
    if (counted.list == nullptr) counted.list = best_of(counted, catalog);
    lists.emplace(name, counted.list);
  }
  return lists;
}

void Bestsellers::publish(const SessionStore& store, SiteModel& model) {
  BestsellerLists& lists = model.*x_member;
  lists.by_category = lists_of(x_by_category, *model.catalog);
  x_roll_up->add_to(lists.by_category, *model.catalog);
  lists.by_brand = lists_of(x_by_brand, *model.catalog);
  lists.score_per_unit = x_scale.per_unit(store.newest_end());
}

std::shared_ptr<const BestsellerList> Bestsellers::best_of(Counts& counts,
                                                           const ProductCatalog& catalog) {
  BestsellerList list;
  for (const auto& count : counts.of.heaviest()) {
    if (count.units > 0) list.push_back({count.key, count.units});  // else nothing of it is left
  }
  return served_part(std::move(list), catalog);
}

std::shared_ptr<const BestsellerList> served_part(BestsellerList&& all,
                                                  const ProductCatalog& catalog) {
  const size_t served = std::min(all.size(), limits::kBestsellersServed);
  const auto is_better = [&](const Bestseller& a, const Bestseller& b) {
    if (a.units != b.units) return a.units > b.units;
    const Product* first = catalog.find(a.product);
    const Product* second = catalog.find(b.product);
    if (first != nullptr && second != nullptr) return first->id < second->id;
    if (first != nullptr || second != nullptr) return first != nullptr;
    return a.product < b.product;
  };
  std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(served), all.end(),
                    is_better);
  all.resize(served);
  all.shrink_to_fit();
  return std::make_shared<const BestsellerList>(std::move(all));
}

size_t Bestsellers::memory_bytes() const {
  constexpr size_t kCount = 2 * sizeof(HeavyCount<NameHash>);
  constexpr size_t kName = 2 * sizeof(std::pair<NameHash, Counts>);
  return x_counts * kCount + (x_by_category.size() + x_by_brand.size()) * kName;
}

}  // namespace rekindle::operators
