// What reports are asked for: days, months, sites, formats.
#include "io/reports/report_request.h"

#include <gtest/gtest.h>

namespace rekindle::io {
namespace {

Sites sites_of(std::initializer_list<const char*> names) {
  std::vector<Site> sites;
  for (const char* name : names) {
    Site& site = sites.emplace_back();
    site.name = name;
    site.id = site_id(name);
  }
  return Sites::make(sites).value();
}

TEST(ReportRequest, TakesDaysAndMonthsBothEndsIncluded) {
  const Sites sites = sites_of({"shop"});
  const auto days = ReportRequest::parse("from=2026-02-03&to=2026-02-03", sites, {});
  ASSERT_TRUE(days);
  EXPECT_EQ(days->first_day, days->last_day);
  EXPECT_EQ(day_text(days->first_day), "2026-02-03");
  EXPECT_EQ(days->site->name, "shop");
  const auto months = ReportRequest::parse("from=2024-02&to=2024-02&format=csv", sites, {});
  ASSERT_TRUE(months);
  EXPECT_EQ(day_text(months->first_day), "2024-02-01");
  EXPECT_EQ(day_text(months->last_day), "2024-02-29");
  EXPECT_TRUE(months->csv);
  EXPECT_EQ(month_text(month_of(months->last_day)), "2024-02");
  EXPECT_EQ(first_day_of(month_of(months->last_day)), months->first_day);
}

TEST(ReportRequest, RefusesWhatIsNoPeriodSiteOrFormat) {
  const Sites one = sites_of({"shop"});
  for (const char* query : {"", "from=2026-01", "from=2026-1&to=2026-02", "from=2026-13&to=2027-01",
                            "from=2026-02-30&to=2026-03-01", "from=2026-02-02&to=2026-02-01",
                            "from=2026&to=2027", "from=1999-01&to=2026-01",
                            "from=2026-01&to=2026-02&format=xml", "from=2026-0x&to=2026-02"}) {
    EXPECT_FALSE(ReportRequest::parse(query, one, {})) << query;
  }
  const Sites two = sites_of({"shop", "other"});
  EXPECT_FALSE(ReportRequest::parse("from=2026-01&to=2026-02", two, {}));
  EXPECT_FALSE(ReportRequest::parse("from=2026-01&to=2026-02&site=nobody", two, {}));
  EXPECT_EQ(ReportRequest::parse("from=2026-01&to=2026-02&site=other", two, {})->site->name,
            "other");
}

}  // namespace
}  // namespace rekindle::io
