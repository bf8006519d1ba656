#include "operators/decide/value/beliefs.h"

#include <algorithm>
#include <cmath>

namespace rekindle::operators {
namespace {

constexpr int64_t kWeeksRead = 12;
constexpr double kOrdersOfPrior = 10;      // that the configured worth counts as
constexpr double kCausedUntilKnown = 0.5;  // of the configured response: the rest would buy anyway

struct Outcomes {
  double trials = 0;
  double buyers = 0;
  double revenue = 0;
};

struct Seen {
  Outcomes shown;
  Outcomes ghost;
};

Outcomes outcomes_in(const OfferView& view, NameHash subject, uint8_t offset, int64_t week) {
  const auto read = [&](TallyOf what) {
    const auto of = static_cast<TallyOf>(static_cast<uint8_t>(what) + offset);
    return static_cast<double>(view.tallies->read(tally_key(view.site.id, subject, of, week)));
  };
  Outcomes outcomes;
  outcomes.trials = read(TallyOf::kTrials);
  if (outcomes.trials <= 0) return {};
  outcomes.buyers = read(TallyOf::kBuyers);
  outcomes.revenue = read(TallyOf::kRevenue);
  return outcomes;
}

void add_faded(Outcomes& sum, const Outcomes& outcomes, double weight) {
  sum.trials += weight * outcomes.trials;
  sum.buyers += weight * outcomes.buyers;
  sum.revenue += weight * outcomes.revenue;
}

Seen seen_of(const OfferView& view, NameHash subject) {
  Seen seen;
  if (view.tallies == nullptr) return seen;
  const double half_lives_a_week =
      static_cast<double>(days(7).ms) / static_cast<double>(view.book.offering().half_life.ms);
  const int64_t now = week_of(view.now);
  for (int64_t age = 0; age < kWeeksRead; ++age) {
    const double weight = std::exp2(-half_lives_a_week * static_cast<double>(age));
    add_faded(seen.shown, outcomes_in(view, subject, 0, now - age), weight);
    add_faded(seen.ghost, outcomes_in(view, subject, kGhostTallies, now - age), weight);
  }
  return seen;
}

// Towards `mean`, which counts as `prior` customers.
double shrunk(const Outcomes& outcomes, double mean, double prior) {
  return (outcomes.buyers + mean * prior) / (outcomes.trials + prior);
}

Belief belief(const Outcomes& outcomes, double mean, double prior) {
  constexpr double kLeast = 1e-3;
  return {std::max(kLeast, outcomes.buyers + mean * prior),
          std::max(kLeast, outcomes.trials - outcomes.buyers + (1 - mean) * prior)};
}

}  // namespace

Beliefs beliefs_of(const OfferView& view, const OfferRule& rule, uint32_t rung, int64_t price) {
  const double prior = view.book.offering().prior;
  const double response = static_cast<double>(rule.config.response) / kWholeShare;
  const Seen own = seen_of(view, rule.arms[rung]);
  const Seen group = seen_of(view, group_subject(rule.group));
  const bool has_ghosts = rule.config.holdout > 0 || view.book.offering().holdout > 0;
  // Without anybody who is not shown it, what would be bought anyway can never be known.
  const double anyway = has_ghosts ? response * (1 - kCausedUntilKnown) : 0;
  Beliefs beliefs;
  beliefs.shown = belief(own.shown, shrunk(group.shown, response, prior), prior);
  beliefs.ghost = belief(own.ghost, shrunk(group.ghost, anyway, prior), prior);
  const int64_t worth = rule.config.worth != kNoMoney ? rule.config.worth : price;
  beliefs.order_revenue =
      (own.shown.revenue + own.ghost.revenue + kOrdersOfPrior * static_cast<double>(worth)) /
      (own.shown.buyers + own.ghost.buyers + kOrdersOfPrior);
  return beliefs;
}

}  // namespace rekindle::operators
