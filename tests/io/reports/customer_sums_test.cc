// What customers amount to: growth, retention and cohorts, on a few histories written by hand.
#include "io/reports/customer_sums.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "io/reports/report_request.h"

namespace rekindle::io {
namespace {

int32_t day(const char* text) {
  Site site;
  site.name = "shop";
  const std::string query = std::string("from=") + text + "&to=" + text;
  return ReportRequest::parse(query, Sites::make({site}).value(), {})->first_day;
}
EventTime at(const char* text) {
  return EventTime{} + days(day(text)) + hours(12);
}

Visitor visitor(const char* first_seen, std::initializer_list<const char*> orders) {
  Visitor visitor;
  visitor.site = site_id("shop");
  visitor.first_seen = at(first_seen);
  for (const char* order : orders) {
    Event event;
    event.type = EventType::kPurchase;
    event.at = at(order);
    EXPECT_TRUE(visitor.timeline.add(event));
    ++visitor.lifetime.orders;
    visitor.lifetime.first_order = std::min(visitor.lifetime.first_order, event.at);
  }
  return visitor;
}

CustomerSums sums(const char* from, const char* to, const std::vector<const Visitor*>& visitors) {
  CustomerPeriod period;
  period.site = site_id("shop");
  period.first_day = day(from);
  period.last_day = day(to);
  CustomerSums all(period);
  for (const Visitor* one : visitors) {
    CustomerSums part(period);  // as shards do it
    part.add(*one);
    all.add(part);
  }
  return all;
}

TEST(CustomerSums, TellGrowthOfAPeriod) {
  const Visitor lead = visitor("2026-03-05", {});
  const Visitor buyer_at_once = visitor("2026-03-06", {"2026-03-06"});
  const Visitor converted = visitor("2026-02-01", {"2026-03-07", "2026-03-09"});
  const Visitor returned = visitor("2025-01-01", {"2025-01-01", "2025-06-01", "2026-03-31"});
  const Visitor regular = visitor("2025-01-01", {"2026-01-01", "2026-02-01", "2026-03-01"});
  const Visitor gone = visitor("2025-01-01", {"2025-01-02"});
  const auto growth = sums("2026-03-01", "2026-03-31",
                           {&lead, &buyer_at_once, &converted, &returned, &regular, &gone})
                          .growth();
  EXPECT_EQ(growth.new_leads, 1u);
  EXPECT_EQ(growth.new_customers, 2u);
  EXPECT_EQ(growth.repeat, 1u);
  EXPECT_EQ(growth.reactivated, 1u);
  EXPECT_EQ(growth.ordering, 4u);
  EXPECT_EQ(growth.orders, 5u);
}

TEST(CustomerSums, TellRetentionFromMonthToMonth) {
  const Visitor both = visitor("2026-01-01", {"2026-01-31", "2026-02-01"});
  const Visitor first = visitor("2026-01-01", {"2026-01-10"});
  const Visitor later = visitor("2026-01-01", {"2026-02-10", "2026-02-11"});
  const Visitor earlier = visitor("2025-01-01", {"2025-12-31", "2026-01-01"});
  const auto months = sums("2026-01-01", "2026-02-28", {&both, &first, &later, &earlier}).months();
  ASSERT_EQ(months.size(), 2u);
  EXPECT_EQ(months[0].active, 3u);
  EXPECT_EQ(months[0].active_before, 1u);  // December, before the period
  EXPECT_EQ(months[0].retained, 1u);
  EXPECT_EQ(months[1].active, 2u);
  EXPECT_EQ(months[1].active_before, 3u);
  EXPECT_EQ(months[1].retained, 1u);
}

TEST(CustomerSums, TellCohortsByTheMonthOfTheFirstOrder) {
  const Visitor steady = visitor("2026-01-01", {"2026-01-05", "2026-02-05", "2026-03-05"});
  const Visitor once = visitor("2026-01-01", {"2026-01-06"});
  const Visitor pause = visitor("2026-01-01", {"2026-01-07", "2026-03-07"});
  const Visitor second = visitor("2026-01-01", {"2026-02-01", "2026-04-01"});
  const Visitor old = visitor("2025-01-01", {"2025-12-31", "2026-01-01"});
  const auto cohorts =
      sums("2026-01-01", "2026-03-31", {&steady, &once, &pause, &second, &old}).cohorts();
  ASSERT_EQ(cohorts.size(), 3u);
  EXPECT_EQ(cohorts[0].size, 3u);
  EXPECT_EQ(cohorts[0].active, (std::vector<uint64_t>{3, 1, 2}));
  EXPECT_EQ(cohorts[0].repeaters, 2u);
  EXPECT_EQ(cohorts[1].size, 1u);
  EXPECT_EQ(cohorts[1].repeaters, 0u);  // their second order comes after the period
  EXPECT_EQ(cohorts[1].active, (std::vector<uint64_t>{1, 0}));
  EXPECT_EQ(cohorts[2].size, 0u);
}

TEST(CustomerSums, LeaveOtherSitesOut) {
  Visitor other = visitor("2026-01-01", {"2026-01-05"});
  other.site = site_id("other");
  EXPECT_EQ(sums("2026-01-01", "2026-01-31", {&other}).growth().new_customers, 0u);
}

}  // namespace
}  // namespace rekindle::io
