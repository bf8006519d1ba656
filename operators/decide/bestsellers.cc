#include "operators/decide/bestsellers.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/bestsellers_format.h"

namespace rekindle::operators {
namespace {

// Sums stay below 2^(this) × weight × events, far from the largest double, 2^1024.
constexpr double kExponentMax = 512;

std::vector<NameHash> sorted_keys(const auto& map) {
  std::vector<NameHash> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
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

const BestsellerList* BestsellerLists::find(NameHash category) const {
  const auto found = by_category.find(category);
  return found == by_category.end() ? nullptr : found->second.get();
}

Bestsellers::Bestsellers(Duration half_life, const BestsellerWeights& weights,
                         const BestsellerBounds& bounds)
    : x_half_life(half_life), x_weights(weights), x_bounds(bounds) {
  RK_ASSERT(half_life >= minutes(1));
}

double Bestsellers::exponent(EventTime at) const {
  return static_cast<double>((at - x_landmark).ms) / static_cast<double>(x_half_life.ms);
}

void Bestsellers::learn(const ClosedSession& session, const ProductCatalog& catalog) {
  for (const SessionLine& line : session.lines) {
    const double weight = x_weights.of(line.type);
    if (weight <= 0 || line.product == kNoName) continue;
    if (x_landmark == EventTime::before_all()) x_landmark = line.at;
    if (exponent(line.at) > kExponentMax) move_landmark(line.at);
    x_newest = std::max(x_newest, line.at);
    NameHash category = line.category;
    if (category == kNoName) {
      const Product* product = catalog.find(line.product);
      category = product == nullptr ? kNoName : product->category_hash;
    }
    const double sum = weight * std::exp2(exponent(line.at));
    if (sum <= 0) continue;  // so long before the landmark that nothing of it is left
    count(kNoName, line.product, sum);
    if (category != kNoName) count(category, line.product, sum);
  }
}

void Bestsellers::count(NameHash category, NameHash product, double sum) {
  Category& counted = x_categories[category];
  const auto [entry, is_new] = counted.sums.emplace(product, 0.0);
  entry->second += sum;
  counted.list = nullptr;
  if (!is_new) return;
  ++x_counts;
  if (counted.sums.size() > 2 * x_bounds.per_category) prune(counted);
  if (x_counts > x_bounds.per_site) forget_lighter_half();
}

void Bestsellers::move_landmark(EventTime landmark) {
  const double scale = std::exp2(-exponent(landmark));
  for (auto& [id, category] : x_categories) {
    for (auto& [product, sum] : category.sums) sum *= scale;
    const size_t before = category.sums.size();
    absl::erase_if(category.sums, [](const auto& entry) { return entry.second <= 0; });
    x_counts -= before - category.sums.size();
    category.list = nullptr;
  }
  absl::erase_if(x_categories, [](const auto& entry) { return entry.second.sums.empty(); });
  x_landmark = landmark;
}

void Bestsellers::prune(Category& category) {
  std::vector<Bestseller> all;
  all.reserve(category.sums.size());
  for (const auto& [product, sum] : category.sums) all.push_back({product, sum});
  const auto kept = all.begin() + static_cast<ptrdiff_t>(x_bounds.per_category);
  std::nth_element(all.begin(), kept, all.end(), [](const Bestseller& a, const Bestseller& b) {
    return a.sum != b.sum ? a.sum > b.sum : a.product < b.product;
  });
  for (auto lost = kept; lost != all.end(); ++lost) category.sums.erase(lost->product);
  x_counts -= all.size() - x_bounds.per_category;
}

void Bestsellers::forget_lighter_half() {
  std::vector<double> sums;
  sums.reserve(x_counts);
  for (const auto& [id, category] : x_categories) {
    for (const auto& [product, sum] : category.sums) sums.push_back(sum);
  }
  const auto middle = sums.begin() + static_cast<ptrdiff_t>(sums.size() / 2);
  std::nth_element(sums.begin(), middle, sums.end());
  const double least = *middle;
  x_counts = 0;
  for (auto& [id, category] : x_categories) {
    const size_t before = category.sums.size();
    absl::erase_if(category.sums, [&](const auto& entry) { return entry.second <= least; });
    if (category.sums.size() != before) category.list = nullptr;
    x_counts += category.sums.size();
  }
  absl::erase_if(x_categories, [](const auto& entry) { return entry.second.sums.empty(); });
}

BestsellerLists Bestsellers::lists(const ProductCatalog& catalog) {
  BestsellerLists lists;
  lists.by_category.reserve(x_categories.size());
  for (auto& [id, category] : x_categories) {
    if (category.list == nullptr) category.list = best_of(category, catalog);
    lists.by_category.emplace(id, category.list);
  }
  if (x_landmark != EventTime::before_all()) lists.score_per_sum = std::exp2(-exponent(x_newest));
  return lists;
}

std::shared_ptr<const BestsellerList> Bestsellers::best_of(const Category& category,
                                                           const ProductCatalog& catalog) {
  auto list = std::make_shared<BestsellerList>();
  list->reserve(category.sums.size());
  for (const auto& [product, sum] : category.sums) list->push_back({product, sum});
  const size_t served = std::min(list->size(), limits::kBestsellersServed);
  const auto is_better = [&](const Bestseller& a, const Bestseller& b) {
    if (a.sum != b.sum) return a.sum > b.sum;
    const Product* first = catalog.find(a.product);
    const Product* second = catalog.find(b.product);
    if (first != nullptr && second != nullptr) return first->id < second->id;
    if (first != nullptr || second != nullptr) return first != nullptr;
    return a.product < b.product;
  };
  std::partial_sort(list->begin(), list->begin() + static_cast<ptrdiff_t>(served), list->end(),
                    is_better);
  list->resize(served);
  list->shrink_to_fit();
  return list;
}

void Bestsellers::encode(ByteWriter& writer) const {
  writer.varint(static_cast<uint64_t>(x_half_life.ms));
  writer.fixed(x_landmark.ms);
  writer.fixed(x_newest.ms);
  writer.varint(x_categories.size());
  for (const NameHash id : sorted_keys(x_categories)) {
    const auto& sums = x_categories.at(id).sums;
    writer.fixed(id);
    writer.varint(sums.size());
    for (const NameHash product : sorted_keys(sums)) {
      writer.fixed(product);
      writer.fixed(sums.at(product));
    }
  }
}

bool Bestsellers::decode_category(ByteReader& reader, Category& category) {
  const size_t products = reader.count(bestsellers_format::kProductBytes);
  category.sums.reserve(products);
  NameHash before = kNoName;
  for (size_t i = 0; i < products; ++i) {
    const auto product = reader.fixed<NameHash>();
    const auto sum = reader.fixed<double>();
    if (!reader.ok() || product <= before || !std::isfinite(sum) || sum <= 0) return false;
    category.sums.emplace(product, sum);
    before = product;
  }
  x_counts += products;
  return reader.ok() && products > 0 && products <= 2 * x_bounds.per_category;
}

bool Bestsellers::decode(ByteReader& reader) {
  const Duration stored{static_cast<int64_t>(reader.varint())};
  Bestsellers read(minutes(1), x_weights, x_bounds);
  read.x_landmark = {reader.fixed<int64_t>()};
  read.x_newest = {reader.fixed<int64_t>()};
  const size_t categories = reader.count(bestsellers_format::kCategoryBytesMin);
  if (!reader.ok() || stored < minutes(1)) return false;
  read.x_half_life = stored;
  const bool is_empty = read.x_landmark == EventTime::before_all();
  const auto in_range = [](EventTime t) { return t >= kEventTimeMin && t <= kEventTimeMax; };
  if (is_empty ? categories > 0 || read.x_newest != EventTime::before_all()
               : !in_range(read.x_landmark) || !in_range(read.x_newest) ||
                     read.x_newest < read.x_landmark) {
    return false;
  }
  NameHash before = kNoName;
  for (size_t i = 0; i < categories; ++i) {
    const auto id = reader.fixed<NameHash>();
    if (i > 0 && id <= before) return false;
    if (!read.decode_category(reader, read.x_categories[id])) return false;
    before = id;
  }
  if (!reader.ok() || read.x_counts > x_bounds.per_site) return false;
  if (stored != x_half_life && !is_empty) read.move_landmark(read.x_newest);
  read.x_half_life = x_half_life;
  *this = std::move(read);
  return true;
}

}  // namespace rekindle::operators
