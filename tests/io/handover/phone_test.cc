#include "io/handover/phone.h"

#include <gtest/gtest.h>

namespace rekindle::io {
namespace {

std::string read(std::string_view text, std::string_view code = "") {
  const auto digits = phone_digits(text, code);
  return digits ? *digits : std::string(name_of(digits.error()));
}

TEST(Phone, ReadsInternationalNumbersHoweverTheyAreWritten) {
  EXPECT_EQ(read("+16505551212"), "16505551212");
  EXPECT_EQ(read(" +1 (650) 555-1212 "), "16505551212");
  EXPECT_EQ(read("+1.650.555.1212"), "16505551212");
  EXPECT_EQ(read("+49\u00a030/901820‑0"), "49309018200");
  EXPECT_EQ(read("0049 30 9018200"), "49309018200");
  EXPECT_EQ(read("011 49 30 9018200", "1"), "49309018200");
  EXPECT_EQ(read("00 1 650 555 1212", "49"), "16505551212");
}

TEST(Phone, LeavesTheTrunkZeroOut) {
  EXPECT_EQ(read("+49 (0) 30 9018200"), "49309018200");
  EXPECT_EQ(read("0049 (0)30 9018200"), "49309018200");
  EXPECT_EQ(read("+44 (0)20 7946 0018"), "442079460018");
  EXPECT_EQ(read("+44 020 7946 0018"), "442079460018");
  EXPECT_EQ(read("+44 0020 7946 0018"), "phone_malformed");
}

TEST(Phone, KeepsTheZeroThatBelongsToTheNumber) {
  EXPECT_EQ(read("+39 06 6982"), "39066982");
  EXPECT_EQ(read("+39 (0)6 6982"), "39066982");
  EXPECT_EQ(read("06 6982 1234", "39"), "390669821234");
  EXPECT_EQ(read("07 01 02 03 04", "225"), "2250701020304");
  EXPECT_EQ(read("0549 882345", "378"), "3780549882345");
}

TEST(Phone, CompletesNationalNumbersByTheSite) {
  EXPECT_EQ(read("030 9018200", "49"), "49309018200");
  EXPECT_EQ(read("(030) 9018200", "49"), "49309018200");
  EXPECT_EQ(read("(0)30 9018200", "49"), "49309018200");
  EXPECT_EQ(read("650 555 1212", "1"), "16505551212");
  EXPECT_EQ(read("1 650 555 1212", "1"), "16505551212");
  EXPECT_EQ(read("8 (912) 345-67-89", "7"), "79123456789");
  EXPECT_EQ(read("7 912 345 67 89", "7"), "79123456789");
  EXPECT_EQ(read("06 20 123 4567", "36"), "36201234567");
  EXPECT_EQ(read("612 345 678", "34"), "34612345678");
  EXPECT_EQ(read("0612345678", "212"), "212612345678");  // a country without a plan of its own
}

TEST(Phone, NeverGuessesACountry) {
  for (const char* number : {"6505551212", "16505551212", "030 9018200", "(650) 555-1212"}) {
    EXPECT_EQ(read(number), "phone_without_country_code") << number;
    EXPECT_EQ(read(number, "x1"), "phone_without_country_code") << number;
    EXPECT_EQ(read(number, "0"), "phone_without_country_code") << number;
  }
}

TEST(Phone, SeesACallingCodeWithoutItsPlus) {
  EXPECT_EQ(read("49 170 1234567", "49"), "491701234567");
  EXPECT_EQ(read("91 9123456789", "91"), "919123456789");
  EXPECT_EQ(read("47 91 23 45 67", "47"), "4791234567");
}

TEST(Phone, TakesEqualDigitsForAnAreaCodeWhereTheyMustBe) {
  EXPECT_EQ(read("9123456789", "91"), "919123456789");
  EXPECT_EQ(read("47 12 34 56", "47"), "4747123456");
  EXPECT_EQ(read("391 234 5678", "39"), "phone_ambiguous");
  EXPECT_EQ(read("212 612 345 678", "212"), "phone_ambiguous");
}

TEST(Phone, RefusesImpossibleLengths) {
  EXPECT_EQ(read("+1 650 555 121"), "phone_wrong_length");
  EXPECT_EQ(read("+1 650 555 12123"), "phone_wrong_length");
  EXPECT_EQ(read("555 1212", "1"), "phone_wrong_length");
  EXPECT_EQ(read("+999 1234567890123"), "phone_wrong_length");
  EXPECT_EQ(read("+999 12"), "phone_wrong_length");
  EXPECT_EQ(read("+49"), "phone_wrong_length");
  EXPECT_EQ(read("+9"), "phone_wrong_length");
}

TEST(Phone, RefusesWhatIsNoNumber) {
  for (const char* bad : {"-", "---", "+", "()", "n/a", "1-800-FLOWERS", "+1 650 555 1212 x5",
                          "16505551212+", "++16505551212", "+0650555121", "000", "tel:+16505551212",
                          "１６５０", "+1 150 555 1212", "+1 650 155 1212", "650,555,1212"}) {
    EXPECT_EQ(read(bad, "1"), "phone_malformed") << bad;
  }
  EXPECT_EQ(read("+1650\xff"), "not_utf8");
  EXPECT_EQ(read(""), "absent");
  EXPECT_EQ(read(" \u00a0"), "absent");
}

TEST(Phone, KnowsCallingCodes) {
  for (const char* good : {"1", "49", "380"}) EXPECT_TRUE(is_calling_code(good)) << good;
  for (const char* bad : {"", "0", "049", "+49", "1234", "4a"}) {
    EXPECT_FALSE(is_calling_code(bad)) << bad;
  }
}

}  // namespace
}  // namespace rekindle::io
