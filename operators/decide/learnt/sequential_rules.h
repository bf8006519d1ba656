// What came next: for each product, the products that followed it in a session within a few steps,
// the nearer the more (sequential rules: Kamehkhosh, Jannach, Ludewig 2017).
#pragma once

#include "operators/decide/learnt/decay_scale.h"
#include "operators/decide/learnt/knn_config.h"
#include "operators/decide/learnt/learnt_index.h"
#include "operators/decide/learnt/pair_counts.h"

namespace rekindle::operators {

struct RulesConfig {
  size_t steps = 8;                  // 1 … limits::kRuleStepsMax
  KnnDecay weight = KnnDecay::kDiv;  // by the number of steps between
  Duration half_life = days(30);     // 0: nothing fades
};

// What decisions read. A line of the product just before it is a step of its own only if it is of
// the same type: to put in the cart what one looks at is no next product.
class SequentialRules final : public LearntIndex {
 public:
  explicit SequentialRules(const RulesConfig& config)
      : x_config(config), x_scale(config.half_life) {}

  void learn(const LearntSession& session, const SessionStore& store) override;
  void forget(const LearntSession& session, const SessionStore& store) override;
  [[nodiscard]] bool fits(EventTime newest) const override { return x_scale.fits(newest); }
  void reset(EventTime newest) override;
  void publish(const SessionStore& store, SiteModel& model) override;
  [[nodiscard]] size_t memory_bytes() const override { return x_counts.memory_bytes(); }

 private:
  [[nodiscard]] std::span<const WeighedPair> rules_of(const LearntSession& session);

  RulesConfig x_config;
  DecayScale x_scale;
  PairCounts x_counts;
  std::vector<WeighedPair> x_rules;  // its memory is reused
};

}  // namespace rekindle::operators
