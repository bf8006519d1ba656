#include "operators/decide/learnt/bestsellers.h"

#include <algorithm>

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

Bestsellers::~Bestsellers() {
  clear(x_by_category);
  clear(x_by_brand);
}

const std::vector<Bestsellers::Share>& Bestsellers::shares_of(const LearntSession& session) {
  x_shares.clear();
  // No name that is new moves those before it.
  x_by_category.reserve(x_by_category.size() + session.lines.size() + 1);
  x_by_brand.reserve(x_by_brand.size() + session.lines.size());
  for (const LearntLine& line : session.lines) {
    const double weight = x_weights.of(line.type());
    if (weight <= 0) continue;
    const int64_t units = x_scale.units(weight, session.at(line));
    const auto share = [&](ByName& of, NameNumber name) {
      x_shares.push_back({&of, name, &of[name], line.product, units});
    };
    share(x_by_category, kNoNumber);
    if (line.category != kNoNumber) share(x_by_category, line.category);
    if (line.brand != kNoNumber) share(x_by_brand, line.brand);
  }
  for (const Share& share : x_shares) share.counts->of.fetch(share.product);
  return x_shares;
}

void Bestsellers::learn(const LearntSession& session, const SessionStore&) {
  for (const Share& share : shares_of(session)) {
    if (share.counts->list != nullptr) share.counts->list = nullptr;
    if (share.counts->of.add(share.product, share.units, x_versions)) ++x_counts;
  }
}

void Bestsellers::forget(const LearntSession& session, const SessionStore&) {
  for (const Share& share : shares_of(session)) {
    if (share.counts->list != nullptr) share.counts->list = nullptr;
    if (!share.counts->of.subtract(share.product, share.units, x_versions)) continue;
    --x_counts;
    if (!share.counts->of.empty()) continue;
    share.counts->of.clear(x_versions);
    share.of->erase(share.name);  // it has no share behind this one
  }
}

void Bestsellers::clear(ByName& counts) {
  for (auto& [name, counted] : counts) counted.of.clear(x_versions);
  counts.clear();
}

void Bestsellers::reset(EventTime newest) {
  x_scale.move_to(newest);
  clear(x_by_category);
  clear(x_by_brand);
  x_counts = 0;
}

BestsellerLists::ByName Bestsellers::lists_of(ByName& counts, const NameNumbers& names,
                                              const ProductCatalog& catalog) {
  BestsellerLists::ByName lists;
  lists.reserve(counts.size());
  for (auto& [name, counted] : counts) {
    if (counted.list == nullptr) counted.list = best_of(counted, names, catalog);
    lists.emplace(names.name_of(name), counted.list);
  }
  return lists;
}

void Bestsellers::publish(const SessionStore& store, SiteModel& model) {
  BestsellerLists& lists = model.*x_member;
  lists.by_category = lists_of(x_by_category, store.names(), *model.catalog);
  x_roll_up->add_to(lists.by_category, *model.catalog);
  lists.by_brand = lists_of(x_by_brand, store.names(), *model.catalog);
  lists.score_per_unit = x_scale.per_unit(store.newest_end());
}

std::shared_ptr<const BestsellerList> Bestsellers::best_of(Counts& counts, const NameNumbers& names,
                                                           const ProductCatalog& catalog) {
  counts.of.settle(x_versions);
  BestsellerList list;
  list.reserve(counts.of.front().size());
  counts.of.front().for_each([&](const HeavyCount& count) {
    if (count.units > 0) list.push_back({names.name_of(count.key), count.units});
  });  // of others nothing is left
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
  constexpr size_t kCount = 2 * sizeof(HeavyCount);
  constexpr size_t kName = 2 * sizeof(std::pair<NameNumber, Counts>);
  return x_counts * kCount + (x_by_category.size() + x_by_brand.size()) * kName;
}

}  // namespace rekindle::operators
