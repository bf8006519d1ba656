// What sells: faded counts of products per category and per brand of one site, and over all of it.
// With a short half-life the same is what is trending.
//
// A list is made anew only when one of its counts changed; decisions share it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <vector>

#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/learnt/decay_scale.h"
#include "operators/decide/learnt/heavy_counts.h"
#include "operators/decide/learnt/learnt_index.h"

namespace rekindle::operators {

struct BestsellerWeights {
  double view_item = 1;
  double add_to_cart = 3;
  double purchase = 10;
  [[nodiscard]] double of(EventType type) const;  // 0 for other types
};

// The heaviest limits::kBestsellersServed of a category or brand, heaviest first, equal ones by
// product id (those the catalogue does not list last, by hash).
struct Bestseller {
  NameHash product = kNoName;
  int64_t units = 0;
};
using BestsellerList = std::vector<Bestseller>;

// The heaviest of `all`, in order.
[[nodiscard]] std::shared_ptr<const BestsellerList> served_part(BestsellerList&& all,
                                                                const ProductCatalog& catalog);

class CategoryRollUp;

struct BestsellerLists {
  using ByName = absl::flat_hash_map<NameHash, std::shared_ptr<const BestsellerList>>;
  ByName by_category;  // kNoName: over all categories; else of the category and those below it
  ByName by_brand;
  double score_per_unit = 1;  // units × this = faded count as of the newest session

  [[nodiscard]] const BestsellerList* of_category(NameHash category) const;  // null: none
  [[nodiscard]] const BestsellerList* of_brand(NameHash brand) const;        // null: none
};

class Bestsellers final : public LearntIndex {
 public:
  // `member`: of SiteModel, which takes what is published. Each weight is at most
  // DecayScale::kWeightMax.
  Bestsellers(Duration half_life, const BestsellerWeights& weights,
              BestsellerLists SiteModel::*member);
  ~Bestsellers() override;

  void learn(const LearntSession& session, const SessionStore& store) override;
  void forget(const LearntSession& session, const SessionStore& store) override;
  [[nodiscard]] bool fits(EventTime newest) const override { return x_scale.fits(newest); }
  void reset(EventTime newest) override;
  void publish(const SessionStore& store, SiteModel& model) override;
  [[nodiscard]] size_t memory_bytes() const override;

 private:
  struct Counts {
    HeavyCounts<limits::kBestsellersServed> of;  // by product
    std::shared_ptr<const BestsellerList> list;  // null: changed since it was made
  };
  // By the number of a category or brand; kNoNumber: all.
  using ByName = absl::flat_hash_map<NameNumber, Counts>;

  // What a line counts for.
  struct Share {
    ByName* of = nullptr;
    NameNumber name = kNoNumber;
    Counts* counts = nullptr;  // of the name
    NameNumber product = kNoNumber;
    int64_t units = 0;
  };
  // Those of a session at once: each lies somewhere else in memory, and so the waits overlap.
  [[nodiscard]] const std::vector<Share>& shares_of(const LearntSession& session);
  void clear(ByName& counts);
  [[nodiscard]] std::shared_ptr<const BestsellerList> best_of(Counts& counts,
                                                              const NameNumbers& names,
                                                              const ProductCatalog& catalog);
  [[nodiscard]] BestsellerLists::ByName lists_of(ByName& counts, const NameNumbers& names,
                                                 const ProductCatalog& catalog);

  DecayScale x_scale;
  BestsellerWeights x_weights;
  BestsellerLists SiteModel::*x_member;
  size_t x_counts = 0;          // over all names
  Versions x_versions;          // of counts that nobody else reads
  std::vector<Share> x_shares;  // its memory is reused
  ByName x_by_category;
  ByName x_by_brand;
  std::unique_ptr<CategoryRollUp> x_roll_up;
};

}  // namespace rekindle::operators
