#include "core/money.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace rekindle {
namespace {

Currency currency(std::string_view code) {
  return *Currency::parse(code);
}

TEST(Currency, KnowsIsoCodesInAnyCaseAndTheirDigits) {
  EXPECT_EQ(currency("eur").code(), "EUR");
  EXPECT_EQ(currency("EUR").exponent(), 2);
  EXPECT_EQ(currency("JPY").scale(), 1);
  EXPECT_EQ(currency("KWD").scale(), 1'000);
  for (const std::string_view wrong : {"", "EU", "EURO", "XXY", "12A"}) {
    EXPECT_EQ(Currency::parse(wrong).error().code, ErrorCode::kUnknownCurrency) << wrong;
  }
  EXPECT_FALSE(Currency{});
}

TEST(Money, DecimalsBecomeMinorUnitsRoundedAwayFromZero) {
  const Currency euro = currency("EUR");
  EXPECT_EQ(*parse_minor("12", euro), 1'200);
  EXPECT_EQ(*parse_minor("12.5", euro), 1'250);
  EXPECT_EQ(*parse_minor(".5", euro), 50);
  EXPECT_EQ(*parse_minor("-0.999", euro), -100);
  EXPECT_EQ(*parse_minor("0.994999", euro), 99);
  EXPECT_EQ(*parse_minor("0.995", euro), 100);
  EXPECT_EQ(*parse_minor("99.5", currency("JPY")), 100);
  EXPECT_EQ(*parse_minor("1.2345", currency("KWD")), 1'235);
}

TEST(Money, WhatIsNotAPlainDecimalIsRefused) {
  for (const std::string_view wrong :
       {"", "-", ".", "1e3", "1,5", "1.2.3", " 1", "NaN", "99999999999999999999999"}) {
    EXPECT_EQ(parse_minor(wrong, currency("EUR")).error().code, ErrorCode::kInvalidMoney) << wrong;
  }
}

TEST(Money, IsWrittenWithTheCurrencysDigits) {
  char out[32];
  EXPECT_EQ(format_minor(1'250, currency("EUR"), out), "12.50");
  EXPECT_EQ(format_minor(-5, currency("EUR"), out), "-0.05");
  EXPECT_EQ(format_minor(1'250, currency("JPY"), out), "1250");
  EXPECT_EQ(format_minor(1'250, currency("KWD"), out), "1.250");
}

TEST(Money, TotalsStopAtTheEndsOfTheRange) {
  EXPECT_EQ(saturating_add(1, 2), 3);
  EXPECT_EQ(saturating_add(INT64_MAX, 1), INT64_MAX);
  EXPECT_EQ(saturating_add(INT64_MIN + 1, -5), INT64_MIN + 1);
}

}  // namespace
}  // namespace rekindle
