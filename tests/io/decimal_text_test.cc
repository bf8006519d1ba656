#include "io/decimal_text.h"

#include <gtest/gtest.h>

namespace rekindle::io {
namespace {

TEST(DecimalText, KnowsJsonsNumbers) {
  for (const char* good : {"0", "-0", "12", "1.5", "-1.50", "1e3", "1E+3", "0.5e-10", "10"}) {
    EXPECT_TRUE(is_json_number(good)) << good;
  }
  for (const char* bad :
       {"", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 ", "NaN", "1.e3", "--1", "1.5.2"}) {
    EXPECT_FALSE(is_json_number(bad)) << bad;
  }
}

TEST(DecimalText, ExpandsExponentsExactly) {
  EXPECT_EQ(expand_exponent("12.5"), "12.5");
  EXPECT_EQ(expand_exponent("1.25e2"), "125");
  EXPECT_EQ(expand_exponent("1.25e1"), "12.5");
  EXPECT_EQ(expand_exponent("4e-2"), "0.04");
  EXPECT_EQ(expand_exponent("-12.5E-1"), "-1.25");
  EXPECT_EQ(expand_exponent("0.05e3"), "50");
  EXPECT_EQ(expand_exponent("9e+05"), "900000");
  EXPECT_EQ(expand_exponent("4.0128e+10"), "40128000000");
  EXPECT_EQ(expand_exponent("0.00e9"), "0");
  EXPECT_EQ(expand_exponent("4.440892e-16"), "0.0000000000000004440892");
}

TEST(DecimalText, RefusesWhatIsNoNumberOrTooLong) {
  EXPECT_FALSE(expand_exponent("abc"));
  EXPECT_FALSE(expand_exponent("1e"));
  EXPECT_FALSE(expand_exponent("1e41"));
  EXPECT_FALSE(expand_exponent("1e-41"));
  EXPECT_FALSE(expand_exponent("1e99999999999999999999"));
  EXPECT_FALSE(expand_exponent("123456789012345678901234567890e20"));
}

}  // namespace
}  // namespace rekindle::io
