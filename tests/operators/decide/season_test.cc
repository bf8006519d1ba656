#include "operators/decide/season.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rekindle::operators {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Day day(std::string_view text) {
  const auto parsed = parse_day(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(0);
}

Season season(std::string_view first, std::string_view last, bool is_yearly) {
  return {"s", day(first), day(last), is_yearly};
}

TEST(Season, ReadsDaysThatExist) {
  EXPECT_EQ(parse_day("1970-01-02"), 1);
  EXPECT_EQ(day_text(day("2024-02-29")), "2024-02-29");
  for (const char* text : {"2026-02-29", "2026-13-01", "26-01-01", "2026-1-01", "2026-01-0x", ""}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
  EXPECT_EQ(day_of(EventTime{-1}), -1);
  EXPECT_EQ(day_of(EventTime{86'399'999}), 0);
}

TEST(Season, IsOnFromItsFirstToItsLastDay) {
  const Season once = season("2026-11-27", "2026-12-20", false);
  EXPECT_FALSE(once.is_on(day("2026-11-26")));
  EXPECT_TRUE(once.is_on(day("2026-11-27")));
  EXPECT_TRUE(once.is_on(day("2026-12-20")));
  EXPECT_FALSE(once.is_on(day("2026-12-21")));
  EXPECT_FALSE(once.is_on(day("2027-12-01")));
}

TEST(Season, RecursEveryYearAfterItsFirst) {
  const Season yearly = season("2026-12-20", "2027-01-06", true);
  EXPECT_TRUE(yearly.is_on(day("2027-01-06")));
  EXPECT_TRUE(yearly.is_on(day("2031-01-01")));
  EXPECT_TRUE(yearly.is_on(day("2031-12-24")));
  EXPECT_FALSE(yearly.is_on(day("2031-01-07")));
  EXPECT_FALSE(yearly.is_on(day("2025-12-24"))) << "before it first was";
  EXPECT_FALSE(yearly.is_on(day("2026-01-03")));
}

TEST(Season, LeapDaysFallOnTheLastOfFebruary) {
  const Season yearly = season("2024-02-29", "2024-02-29", true);
  EXPECT_TRUE(yearly.is_on(day("2025-02-28")));
  EXPECT_TRUE(yearly.is_on(day("2028-02-29")));
  EXPECT_FALSE(yearly.is_on(day("2028-02-28")));
}

TEST(Season, GivesItsSpansWithinDays) {
  const Season yearly = season("2026-12-20", "2027-01-06", true);
  EXPECT_THAT(yearly.within(day("2027-01-01"), day("2027-12-31")),
              ElementsAre(Season::Span{day("2027-01-01"), day("2027-01-06")},
                          Season::Span{day("2027-12-20"), day("2027-12-31")}));
  EXPECT_THAT(yearly.within(day("2027-02-01"), day("2027-03-01")), IsEmpty());
}

}  // namespace
}  // namespace rekindle::operators
