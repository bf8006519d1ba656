#include "operators/clv/clv_model.h"

#include <algorithm>
#include <cmath>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

constexpr double kYear = 365;  // days
constexpr double kMonth = kYear / 12;
constexpr Duration kSearched = days(3'650);
constexpr double kValueMax = 9.2e18;  // just inside int64

double days_of(Duration duration) {
  return static_cast<double>(duration.ms) / static_cast<double>(days(1).ms);
}
double horizon_days(Duration horizon) {
  return std::clamp(days_of(horizon), 0.0, static_cast<double>(limits::kClvHorizonDaysMax));
}

RepeatPurchases customer_of(const PurchaseHistory& history, EventTime now) {
  const EventTime last = std::max(history.first_at, history.last_at);
  return {static_cast<double>(history.orders - 1), days_of(last - history.first_at),
          days_of(std::max(last, now) - history.first_at)};
}

// The first millisecond in (from, from + kSearched] at which level(t), which only falls with time,
// is below zero. Halves the span every fourth time and else looks where the line between its ends
// crosses zero, an end that stays counting half as much each time (the Illinois rule): a dozen
// looks instead of 39. REQUIRES: level(from) ≥ 0.
template <typename Level>
EventTime first_below_zero(const Level& level, EventTime from) {
  int64_t above = from.ms;
  int64_t below = (from + kSearched).ms;
  double level_above = level(from);
  double level_below = level({below});
  if (!(level_below < 0)) return EventTime::never();
  int stayed = 0;  // how often the same end has moved: > 0 the one above, < 0 the one below
  for (int look = 1; below - above > 1; ++look) {
    const double share = look % 4 == 0 ? 0.5 : level_above / (level_above - level_below);
    const auto guess = static_cast<int64_t>(share * static_cast<double>(below - above));
    const int64_t at = std::clamp(above + guess, above + 1, below - 1);
    const double here = level({at});
    if (here < 0) {
      stayed = std::min(stayed, 0) - 1;
      below = at;
      level_below = here;
      if (stayed < -1) level_above /= 2;
    } else {
      stayed = std::max(stayed, 0) + 1;
      above = at;
      level_above = here;
      if (stayed > 1) level_below /= 2;
    }
  }
  return {below};
}

bool is_share(double value, double most) {
  return value >= 0 && value <= most;  // false for what is not a number
}

}  // namespace

Result<ClvModel> ClvModel::make(const ClvParameters& parameters) {
  if (is_valid(parameters.purchases) && is_valid(parameters.spend) &&
      is_share(parameters.margin_share, 1) && is_share(parameters.yearly_discount, 10) &&
      parameters.customers >= 0) {
    return ClvModel(parameters);
  }
  return Error{ErrorCode::kInvalidArgument, "lifetime value model"};
}

double ClvModel::p_alive(const PurchaseHistory& history, EventTime now) const {
  if (history.orders <= 0) return 0;
  return operators::p_alive(x_parameters.purchases, customer_of(history, now));
}

double ClvModel::expected_orders(const PurchaseHistory& history, EventTime now,
                                 Duration horizon) const {
  if (history.orders <= 0) return 0;
  return expected_purchases(x_parameters.purchases, customer_of(history, now),
                            horizon_days(horizon));
}

int64_t ClvModel::clv(const PurchaseHistory& history, EventTime now, Duration horizon) const {
  return static_cast<int64_t>(std::round(exact_clv(history, now, horizon)));
}

EventTime ClvModel::time_when_p_alive_below(const PurchaseHistory& history, double threshold,
                                            EventTime from) const {
  const auto level = [&](EventTime t) { return p_alive(history, t) - threshold; };
  return level(from) < 0 ? from : first_below_zero(level, from);
}

EventTime ClvModel::time_when_clv_below(const PurchaseHistory& history, Duration horizon,
                                        int64_t threshold, EventTime from) const {
  // What rounds to less than the threshold is less than half below it.
  const double edge = static_cast<double>(threshold) - 0.5;
  const auto level = [&](EventTime t) { return exact_clv(history, t, horizon) - edge; };
  return level(from) < 0 ? from : first_below_zero(level, from);
}

double ClvModel::exact_clv(const PurchaseHistory& history, EventTime now, Duration horizon) const {
  if (history.orders <= 0) return 0;
  const auto orders = static_cast<double>(history.orders);
  const double mean = static_cast<double>(history.revenue) / orders;
  const double value = discounted_orders(customer_of(history, now), horizon_days(horizon)) *
                       expected_spend(x_parameters.spend, {orders, mean}) *
                       x_parameters.margin_share;
  return std::clamp(value, 0.0, kValueMax);
}

double ClvModel::discounted_orders(const RepeatPurchases& customer, double horizon) const {
  const BgNbd& model = x_parameters.purchases;
  if (x_parameters.yearly_discount == 0) return expected_purchases(model, customer, horizon);
  const double log_discount = std::log1p(x_parameters.yearly_discount);
  double sum = 0;
  double orders_before = 0;
  const int months = static_cast<int>(std::ceil(horizon / kMonth));
  for (int month = 1; month <= months; ++month) {
    const double end = std::min(horizon, month * kMonth);
    const double orders = expected_purchases(model, customer, end);
    sum += (orders - orders_before) * std::exp(-log_discount * end / kYear);
    orders_before = orders;
  }
  return sum;
}

}  // namespace rekindle::operators
