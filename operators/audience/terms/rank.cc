// top(x, p%), percentile(x) and rfm.recency, .frequency, .monetary — where a customer stands among
// all customers of the site. Who never ordered is not ranked: outside every top, percentile and
// scores unknown.
//
// The answers rest on boundaries that the log brings (core/insights.h); when one passes a visitor,
// their audiences are evaluated again. So none of them changes with time alone.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kTopArguments[] = {ArgumentKind::kRanked, ArgumentKind::kPercent};
constexpr ArgumentKind kPercentileArguments[] = {ArgumentKind::kRanked};
constexpr int kScores = 5;

void need_cut(const Arguments& arguments, CustomerNeeds& needs) {
  needs.add(arguments.cut);
}

Holds top(const Arguments& arguments, const Scope& scope) {
  return {is_above(scope.insights, arguments.cut, scope.visitor).value_or(false), true,
          EventTime::never()};
}

Holds percentile(const Arguments& arguments, const Scope& scope) {
  const std::optional<bool> above = is_above(scope.insights, arguments.cut, scope.visitor);
  return {above && *above != arguments.below_cut, true, EventTime::never()};
}

// Above it have a score of `score` or more: at least (score − 1) fifths of all customers have less.
constexpr RankCut fifth(RankMetric metric, int score) {
  return {metric, RankCut::Kind::kAtLeast,
          static_cast<uint32_t>(score - 1) * (kRankShareOne / kScores)};
}

template <RankMetric kMetric>
void need_fifths(const Arguments&, CustomerNeeds& needs) {
  for (int score = 2; score <= kScores; ++score) needs.add(fifth(kMetric, score));
}

template <RankMetric kMetric>
Quantity score_of(const Arguments&, const Scope& scope) {
  int score = 1;
  for (int next = 2; next <= kScores; ++next) {
    const std::optional<bool> above = is_above(scope.insights, fifth(kMetric, next), scope.visitor);
    if (!above) return Quantity::unknown();
    score += *above;
  }
  return {Rational::whole(score)};
}

template <RankMetric kMetric>
constexpr TermKind score_term(std::string_view name) {
  return {
      .name = name,
      .usage = name,
      .arguments = {},
      .type_of = always<Type::kNumber>,
      .is_linear = false,
      .cost = 8,
      .may_be_unknown = true,
      .add_triggers = trigger_on_totals,
      .measure = score_of<kMetric>,
      .holds = nullptr,
      .at_least = nullptr,
      .add_needs = need_fifths<kMetric>,
  };
}

}  // namespace

constexpr TermKind kTop{
    .name = "top",
    .usage = "top(lifetime.revenue, 20%)",
    .arguments = kTopArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 4,
    .add_triggers = trigger_on_totals,
    .measure = nullptr,
    .holds = top,
    .at_least = nullptr,
    .add_needs = need_cut,
};
// The checker turns its comparison into a cut, so it is never measured.
constexpr TermKind kPercentile{
    .name = "percentile",
    .usage = "percentile(lifetime.revenue)",
    .arguments = kPercentileArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 4,
    .may_be_unknown = true,
    .add_triggers = trigger_on_totals,
    .measure = nullptr,
    .holds = percentile,
    .at_least = nullptr,
    .add_needs = need_cut,
};
constexpr TermKind kRfmRecency = score_term<RankMetric::kRecency>("rfm.recency");
constexpr TermKind kRfmFrequency = score_term<RankMetric::kOrders>("rfm.frequency");
constexpr TermKind kRfmMonetary = score_term<RankMetric::kRevenue>("rfm.monetary");

}  // namespace rekindle::operators::audience
