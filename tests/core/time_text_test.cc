#include "core/time_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace rekindle {
namespace {

int64_t parsed(std::string_view text) {
  const Result<int64_t> ms = parse_time(text);
  EXPECT_TRUE(ms) << text;
  return ms ? *ms : INT64_MIN;
}

TEST(TimeText, ReadsRfc3339) {
  EXPECT_EQ(parsed("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parsed("2011-12-09T12:50:00Z"), 1'323'435'000'000);
  EXPECT_EQ(parsed("2011-12-09T12:50:00.5Z"), 1'323'435'000'500);
  EXPECT_EQ(parsed("2011-12-09T12:50:00.123987654z"), 1'323'435'000'123);
  EXPECT_EQ(parsed("2011-12-09t13:50:00+01:00"), 1'323'435'000'000);
  EXPECT_EQ(parsed("2011-12-09T07:20:00-05:30"), 1'323'435'000'000);
  EXPECT_EQ(parsed("2012-02-29T00:00:00Z"), 1'330'473'600'000);
  EXPECT_EQ(parsed("1969-12-31T23:59:59.999Z"), -1);
}

TEST(TimeText, ReadsASpaceAndNoOffsetAsUtc) {
  EXPECT_EQ(parsed("2011-12-09 12:50:00"), 1'323'435'000'000);
  EXPECT_EQ(parsed("2011-12-09 12:50:00.25"), 1'323'435'000'250);
}

TEST(TimeText, ALeapSecondIsTheSecondAfterIt) {
  EXPECT_EQ(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
}

TEST(TimeText, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "now",
                           "2011-12-09",
                           "2011-12-09T12:50",
                           "2011-13-09T12:50:00Z",
                           "2011-02-29T12:50:00Z",
                           "2011-12-00T12:50:00Z",
                           "2011-12-09T24:00:00Z",
                           "2011-12-09T12:60:00Z",
                           "2011-12-09T12:50:61Z",
                           "2011-12-09T12:50:00.Z",
                           "2011-12-09T12:50:00+0100",
                           "2011-12-09T12:50:00+24:00",
                           "2011-12-09T12:50:00 UTC",
                           "2011-12-09T12:50:00Zx",
                           "11-12-09T12:50:00Z",
                           "-",
                           "12.5",
                           "99999999999999999999",
                           "2011/12/09T12:50:00Z",
                           "0000-01-01T00:00:00Z"}) {
    const Result<int64_t> ms = parse_time(text);
    ASSERT_FALSE(ms) << text;
    EXPECT_EQ(ms.error().code, ErrorCode::kInvalidTime);
  }
}

TEST(TimeText, TellsSecondsFromMillisecondsByMagnitude) {
  EXPECT_EQ(time_from_number(1'323'435'000).value(), 1'323'435'000'000);
  EXPECT_EQ(time_from_number(1'323'435'000'123).value(), 1'323'435'000'123);
  EXPECT_EQ(time_from_number(99'999'999'999).value(), 99'999'999'999'000);
  EXPECT_EQ(time_from_number(100'000'000'000).value(), 100'000'000'000);
  EXPECT_EQ(time_from_number(-1).value(), -1'000);
  EXPECT_EQ(parsed("1323435000"), 1'323'435'000'000);
  EXPECT_EQ(parsed("1323435000123"), 1'323'435'000'123);
  EXPECT_FALSE(time_from_number(INT64_MAX));
  EXPECT_FALSE(time_from_number(INT64_MIN));
  EXPECT_FALSE(time_from_number(kTimeTextMax + 1));
}

TEST(TimeText, WritesWhatItReads) {
  char buffer[32];
  EXPECT_EQ(format_time(0, buffer), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(-1, buffer), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(kTimeTextMin, buffer), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(kTimeTextMax, buffer), "9999-12-31T23:59:59.999Z");
  std::mt19937_64 random(7);
  std::uniform_int_distribution<int64_t> any(kTimeTextMin, kTimeTextMax);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t ms = any(random);
    EXPECT_EQ(parsed(format_time(ms, buffer)), ms);
  }
}

}  // namespace
}  // namespace rekindle
