#include "io/reports/customer_sums.h"

#include <algorithm>

#include "io/reports/ledger.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

CustomerSums::CustomerSums(const CustomerPeriod& period)
    : x_period(period),
      x_begin(begin_of_day(period.first_day)),
      x_end(begin_of_day(period.last_day + 1)),
      x_first_month(month_of(period.first_day)) {
  const auto months = static_cast<size_t>(month_of(period.last_day) - x_first_month + 1);
  x_months.resize(months);
  x_cohorts.resize(months);
  for (size_t i = 0; i < months; ++i) x_cohorts[i].active.resize(months - i, 0);
}

void CustomerSums::add(const Visitor& visitor) {
  if (visitor.site != x_period.site) return;
  collect_orders(visitor);
  add_growth(visitor);
  if (!x_orders.empty()) add_months();
}

void CustomerSums::collect_orders(const Visitor& visitor) {
  x_orders.clear();
  const Timeline::List* purchases = visitor.timeline.find(EventType::kPurchase);
  if (purchases == nullptr) return;
  for (const Timeline::Entry& entry : purchases->entries()) x_orders.push_back(entry.at);
  if (purchases->tiles() == nullptr) return;
  ++x_bounded;
  const EventTime first = visitor.lifetime.first_order;
  if (x_orders.empty() || x_orders.front() > first) x_orders.insert(x_orders.begin(), first);
}

void CustomerSums::add_growth(const Visitor& visitor) {
  const bool began_by_ordering = !x_orders.empty() && x_orders.front() <= visitor.first_seen;
  x_growth.new_leads += in_period(visitor.first_seen) && !began_by_ordering;
  if (x_orders.empty()) return;
  x_growth.new_customers += in_period(x_orders[0]);
  x_growth.repeat += x_orders.size() > 1 && in_period(x_orders[1]);
  uint64_t orders = 0;
  bool reactivated = false;
  for (size_t i = 0; i < x_orders.size(); ++i) {
    if (!in_period(x_orders[i])) continue;
    ++orders;
    reactivated |= i > 0 && x_orders[i] - x_orders[i - 1] > x_period.lapsed_after;
  }
  x_growth.orders += orders;
  x_growth.ordering += orders > 0;
  x_growth.reactivated += reactivated;
}

void CustomerSums::add_months() {
  x_active.clear();
  size_t until_end = 0;
  for (const EventTime at : x_orders) {
    if (at >= x_end) break;
    ++until_end;
    const int32_t month = month_of(day_of(at));
    if (x_active.empty() || x_active.back() != month) x_active.push_back(month);
  }
  if (x_active.empty()) return;
  const auto is_active = [&](int32_t month) {
    return std::binary_search(x_active.begin(), x_active.end(), month);
  };
  const auto months = static_cast<int32_t>(x_months.size());
  const int32_t cohort = x_active.front() - x_first_month;
  if (cohort >= 0) {
    ++x_cohorts[static_cast<size_t>(cohort)].size;
    x_cohorts[static_cast<size_t>(cohort)].repeaters += until_end > 1;
  }
  for (int32_t i = 0; i < months; ++i) {
    const bool now = is_active(x_first_month + i);
    const bool before = is_active(x_first_month + i - 1);
    Month& month = x_months[static_cast<size_t>(i)];
    month.active += now;
    month.active_before += before;
    month.retained += now && before;
    if (cohort < 0 || i < cohort || !now) continue;
    ++x_cohorts[static_cast<size_t>(cohort)].active[static_cast<size_t>(i - cohort)];
  }
}

void CustomerSums::add(const CustomerSums& other) {
  x_growth.new_leads += other.x_growth.new_leads;
  x_growth.new_customers += other.x_growth.new_customers;
  x_growth.repeat += other.x_growth.repeat;
  x_growth.reactivated += other.x_growth.reactivated;
  x_growth.ordering += other.x_growth.ordering;
  x_growth.orders += other.x_growth.orders;
  x_bounded += other.x_bounded;
  for (size_t i = 0; i < x_months.size(); ++i) {
    x_months[i].active += other.x_months[i].active;
    x_months[i].retained += other.x_months[i].retained;
    x_months[i].active_before += other.x_months[i].active_before;
    x_cohorts[i].size += other.x_cohorts[i].size;
    x_cohorts[i].repeaters += other.x_cohorts[i].repeaters;
    for (size_t k = 0; k < x_cohorts[i].active.size(); ++k) {
      x_cohorts[i].active[k] += other.x_cohorts[i].active[k];
    }
  }
}

}  // namespace rekindle::io
