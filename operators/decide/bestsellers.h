// What sells: decayed counts of products per category of one site, and over all of it. Fed from
// closed sessions; decisions read lists taken from it.
//
// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009): an event at time
// t adds weight × 2^((t − L) / half-life) with a fixed landmark L, so nothing has to be touched as
// time passes, late events count as if they had been on time, and the order of two products never
// changes without a new event. The count as of T is the sum × 2^(−(T − L) / half-life). When
// exponents grow large, L moves on and all sums are scaled once.
//
// Bounds: a category that counts more than twice `per_category` products keeps its heaviest
// `per_category`; each it forgets held less than 1/per_category of the weight. Over `per_site`
// counts, a site forgets its lighter half, whatever the category.
//
// Thread: the model's. Sums are floating point: two orders of the same events may differ in the
// last bits, the same order gives the same bits.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/change.h"
#include "core/limits.h"
#include "operators/decide/product_catalog.h"

namespace rekindle::operators {

struct BestsellerWeights {
  double view_item = 1;
  double add_to_cart = 3;
  double purchase = 10;
  [[nodiscard]] double of(EventType type) const;  // 0 for other types
};

struct BestsellerBounds {
  size_t per_category = limits::kBestsellersPerCategory;
  size_t per_site = limits::kBestsellersPerSite;
};

// A category's best, heaviest first, equal ones by product id. Immutable, so that publishing again
// shares the lists of categories that did not change.
struct Bestseller {
  NameHash product = kNoName;
  double sum = 0;  // in the landmark's scale
};
using BestsellerList = std::vector<Bestseller>;

struct BestsellerLists {
  // kNoName: over all categories.
  absl::flat_hash_map<NameHash, std::shared_ptr<const BestsellerList>> by_category;
  double score_per_sum = 1;  // sum × this = decayed count as of the newest event learnt
  [[nodiscard]] const BestsellerList* find(NameHash category) const;  // null: none
};

class Bestsellers {
 public:
  // REQUIRES: half_life at least one minute.
  Bestsellers(Duration half_life, const BestsellerWeights& weights,
              const BestsellerBounds& bounds = {});

  // A line without a category takes the catalogue's.
  void learn(const ClosedSession& session, const ProductCatalog& catalog);
  // The lists as they stand. Rebuilds those of categories that changed since the last call.
  [[nodiscard]] BestsellerLists lists(const ProductCatalog& catalog);

  [[nodiscard]] size_t counts() const { return x_counts; }

  // core/bytes.h; the drawing is in bestsellers_format.h. decode() leaves *this as it was when it
  // fails. A half-life other than the stored one decays on from the stored counts.
  void encode(ByteWriter& writer) const;
  [[nodiscard]] bool decode(ByteReader& reader);

 private:
  struct Category {
    absl::flat_hash_map<NameHash, double> sums;
    std::shared_ptr<const BestsellerList> list;  // null: changed since it was made
  };

  [[nodiscard]] double exponent(EventTime at) const;
  void count(NameHash category, NameHash product, double sum);
  void move_landmark(EventTime landmark);
  void prune(Category& category);
  void forget_lighter_half();
  [[nodiscard]] static std::shared_ptr<const BestsellerList> best_of(const Category& category,
                                                                     const ProductCatalog& catalog);
  [[nodiscard]] bool decode_category(ByteReader& reader, Category& category);

  Duration x_half_life;
  BestsellerWeights x_weights;
  BestsellerBounds x_bounds;
  EventTime x_landmark = EventTime::before_all();  // before_all(): nothing learnt yet
  EventTime x_newest = EventTime::before_all();
  size_t x_counts = 0;  // over all categories
  absl::flat_hash_map<NameHash, Category> x_categories;
};

}  // namespace rekindle::operators
