// What the customers of a site amount to: growth in a period, retention from month to month,
// cohorts by the month of the first order. Made by walking over visitors; parts made on different
// shards are added up. Nothing is kept between reports: a visitor's own state knows when they
// ordered.
//
// Definitions (an order is a purchase that counted, dated by its `at`):
//   new leads       first seen in the period, and did not begin by ordering
//   new customers   first order in the period
//   repeat          second order in the period (one-time → repeat)
//   reactivated     an order in the period, longer than `lapsed_after` after the one before it
//   active in a month        at least one order in it
//   retention of month t     active in t − 1 and in t ÷ active in t − 1
//   cohort of month c        first order in c; its k-th month is c + k
//   repeat-purchase rate     of a cohort: those with two orders or more by the end ÷ its size
//
// A visitor whose oldest orders left the timeline (over limits::kTimelineEntriesMax entries) is
// counted as far as is known, and as `bounded`.
// Thread: a shard's while it walks, then whoever answers; plain values.
#pragma once

#include <cstdint>
#include <vector>

#include "core/visitor.h"

namespace rekindle::io {

struct CustomerPeriod {
  SiteId site{};
  int32_t first_day = 0;
  int32_t last_day = 0;  // included
  Duration lapsed_after = days(240);
};

class CustomerSums {
 public:
  struct Growth {
    uint64_t new_leads = 0;
    uint64_t new_customers = 0;
    uint64_t repeat = 0;
    uint64_t reactivated = 0;
    uint64_t ordering = 0;  // customers with an order in the period
    uint64_t orders = 0;
  };
  struct Month {
    uint64_t active = 0;
    uint64_t retained = 0;  // active in the month before as well
    uint64_t active_before = 0;
  };
  struct Cohort {
    uint64_t size = 0;
    uint64_t repeaters = 0;
    std::vector<uint64_t> active;  // by months since; active[0] is size
  };

  explicit CustomerSums(const CustomerPeriod& period);

  void add(const Visitor& visitor);
  void add(const CustomerSums& other);

  [[nodiscard]] int32_t first_month() const { return x_first_month; }
  [[nodiscard]] const Growth& growth() const { return x_growth; }
  [[nodiscard]] const std::vector<Month>& months() const { return x_months; }
  [[nodiscard]] const std::vector<Cohort>& cohorts() const { return x_cohorts; }
  [[nodiscard]] uint64_t bounded() const { return x_bounded; }

 private:
  [[nodiscard]] bool in_period(EventTime at) const { return at >= x_begin && at < x_end; }
  void collect_orders(const Visitor& visitor);
  void add_growth(const Visitor& visitor);
  void add_months();

  CustomerPeriod x_period;
  EventTime x_begin;
  EventTime x_end;
  int32_t x_first_month;
  Growth x_growth;
  std::vector<Month> x_months;
  std::vector<Cohort> x_cohorts;
  uint64_t x_bounded = 0;
  std::vector<EventTime> x_orders;  // of the visitor under way, ascending; reused
  std::vector<int32_t> x_active;    // their months, ascending, each once; reused
};

}  // namespace rekindle::io
