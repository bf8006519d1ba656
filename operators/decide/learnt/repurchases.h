// After how long a product is bought again, over all customers: of each customer's purchases of it,
// the times between one and the next. Purchases less than a day apart are one.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "operators/decide/learnt/learnt_index.h"

namespace rekindle::operators {

// Purchases within this time are one occasion: what was forgotten, or paid in two orders.
inline constexpr Duration kOneOccasion = hours(24);

struct RepurchaseSum {
  int64_t minutes = 0;  // of all times between purchases
  int64_t times = 0;
};
using RepurchaseSums = CowVector<RepurchaseSum, 512>;  // by product's number

class Repurchases final : public LearntIndex {
 public:
  void learn(const LearntSession& session, const SessionStore& store) override;
  void forget(const LearntSession& session, const SessionStore& store) override;
  [[nodiscard]] bool fits(EventTime) const override { return true; }
  void reset(EventTime newest) override;
  void publish(const SessionStore& store, SiteModel& model) override;
  [[nodiscard]] size_t memory_bytes() const override;

 private:
  struct Owner {
    VisitorKey visitor;
    NameNumber product = kNoNumber;
    friend bool operator==(const Owner&, const Owner&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Owner& owner) {
      return H::combine(std::move(h), owner.visitor, owner.product);
    }
  };
  using Times = std::vector<int64_t>;  // of purchases, ascending; may repeat

  // Calls action(owner, time of the last purchase) for each product bought.
  template <typename Do>
  static void for_each_bought(const LearntSession& session, const Do& action);
  // What putting a purchase between two others adds to the product's sum; −1 takes it away.
  void count(NameNumber product, const Times& others, size_t place, int64_t at, int64_t sign);
  void count_gap(NameNumber product, int64_t from, int64_t until, int64_t sign);

  absl::flat_hash_map<Owner, Times> x_bought;
  RepurchaseSums x_sums;
  size_t x_times = 0;
};

}  // namespace rekindle::operators
