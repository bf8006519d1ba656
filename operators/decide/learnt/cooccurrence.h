// Which products come together: looked at in one session, bought in one order, or across — bought
// by those who looked at another. Pairs are judged by their signed log-likelihood ratio when they
// are read, from counts that fade with time.
//
// Of a session, or an order, the newest limits::kPairedProductsMax products on each side are
// counted, so that a wholesaler's list of hundreds does not outweigh everybody else.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "operators/decide/learnt/decay_scale.h"
#include "operators/decide/learnt/learnt_index.h"
#include "operators/decide/learnt/pair_counts.h"

namespace rekindle::operators {

struct SiteModel;

// Sets of line types.
inline constexpr uint8_t kViewed = 1;
inline constexpr uint8_t kCarted = 2;
inline constexpr uint8_t kBought = 4;

// What counts as an occasion and as a pair of it.
struct CooccurrenceConfig {
  uint8_t first = kViewed;   // the product that is known …
  uint8_t second = kViewed;  // … and the one to offer
  bool by_order = false;     // an occasion is an order (purchases of one instant), not a session
  Duration half_life = days(60);
};

using OccasionCounts = CowVector<int64_t, 64>;  // faded, by product's number

// What decisions read.
struct CooccurrenceModel {
  PairLists lists;
  OccasionCounts firsts;   // occasions with the product on the first side
  OccasionCounts seconds;  // … on the second; empty: both sides are the same
  int64_t occasions = 0;
  double count_per_unit = 0;  // units × this = occasions, faded as of the newest session

  // The signed root of the log-likelihood ratio of a pair.
  [[nodiscard]] double strength(NameNumber first, const Pair& pair) const;
};

class Cooccurrence final : public LearntIndex {
 public:
  // `member`: of SiteModel, which takes what is published.
  Cooccurrence(const CooccurrenceConfig& config, CooccurrenceModel SiteModel::*member)
      : x_config(config), x_scale(config.half_life), x_member(member) {}

  void learn(const LearntSession& session, const SessionStore& store) override;
  void forget(const LearntSession& session, const SessionStore& store) override;
  [[nodiscard]] bool fits(EventTime newest) const override { return x_scale.fits(newest); }
  void reset(EventTime newest) override;
  void publish(const SessionStore& store, SiteModel& model) override;
  [[nodiscard]] size_t memory_bytes() const override { return x_counts.memory_bytes(); }

  [[nodiscard]] CooccurrenceModel model(const SessionStore& store);

 private:
  struct Occasion {
    std::vector<NameNumber> firsts;
    std::vector<NameNumber> seconds;
    EventTime at;
  };
  template <typename Do>
  void for_each_occasion(const LearntSession& session, const Do& action);
  void collect(const LearntSession& session, size_t begin, size_t end);
  void count(const Occasion& occasion, int64_t units);
  void grow(const SessionStore& store);
  [[nodiscard]] bool is_one_sided() const { return x_config.first == x_config.second; }
  [[nodiscard]] std::span<const WeighedPair> pairs_of(const Occasion& occasion, int64_t units);

  CooccurrenceConfig x_config;
  DecayScale x_scale;
  CooccurrenceModel SiteModel::*x_member;
  PairCounts x_counts;
  OccasionCounts x_firsts;
  OccasionCounts x_seconds;
  int64_t x_occasions = 0;
  Occasion x_occasion;               // its memory is reused
  std::vector<WeighedPair> x_pairs;  // the same
};

}  // namespace rekindle::operators
