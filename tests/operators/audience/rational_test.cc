#include "operators/audience/rational.h"

#include <gtest/gtest.h>

#include <limits>

#include "operators/audience/crossing.h"

namespace rekindle::operators::audience {
namespace {

Rational fraction(int64_t top, int64_t bottom) {
  return *make_rational(top, bottom);
}

TEST(RationalNumbers, StayInLowestTermsWithAPositiveDenominator) {
  EXPECT_EQ(fraction(6, -4), (Rational{-3, 2}));
  EXPECT_EQ(*add(fraction(1, 3), fraction(1, 6)), (Rational{1, 2}));
  EXPECT_EQ(*subtract(fraction(1, 3), fraction(1, 3)), (Rational{0, 1}));
  EXPECT_EQ(*multiply(fraction(2, 3), fraction(3, 2)), (Rational{1, 1}));
  EXPECT_EQ(*divide(fraction(1, 2), fraction(-1, 4)), (Rational{-2, 1}));
  EXPECT_EQ(*compare(fraction(1, 3), fraction(2, 6)), 0);
  EXPECT_EQ(*compare(fraction(-1, 3), fraction(-1, 2)), 1);
}

TEST(RationalNumbers, OverflowIsSeen) {
  const Rational large{static_cast<Wide>(1) << 120, 1};
  EXPECT_FALSE(multiply(large, large));
  EXPECT_FALSE(add({(static_cast<Wide>(1) << 126) - 1 + (static_cast<Wide>(1) << 126), 1},
                   Rational::whole(1)));
  EXPECT_FALSE(divide(Rational::whole(1), Rational::whole(0)));
  EXPECT_FALSE(make_rational(1, static_cast<Wide>(std::numeric_limits<int64_t>::max()) + 1));
}

TEST(RationalNumbers, RoundTowardsBothSides) {
  EXPECT_TRUE(floor_of(fraction(7, 2)) == 3 && ceiling_of(fraction(7, 2)) == 4);
  EXPECT_TRUE(floor_of(fraction(-7, 2)) == -4 && ceiling_of(fraction(-7, 2)) == -3);
  EXPECT_TRUE(floor_of(fraction(4, 2)) == 2 && ceiling_of(fraction(4, 2)) == 2);
}

// Every comparison, slope and distance against a walk over the milliseconds.
TEST(FirstFlip, AgreesWithAWalkOverTheMilliseconds) {
  const EventTime now{1'000};
  for (int compare = 0; compare < 6; ++compare) {
    for (const auto& [top, bottom] : {std::pair{1, 1}, {-1, 1}, {2, 3}, {-3, 2}, {5, 1}, {0, 1}}) {
      for (int difference = -12; difference <= 12; ++difference) {
        const auto kind = static_cast<Compare>(compare);
        const Rational slope = fraction(top, bottom);
        const Rational start = fraction(difference, 2);
        const bool at_now = holds_for(kind, start.sign());
        EventTime expected = EventTime::never();
        for (int ms = 1; ms <= 30 && expected == EventTime::never(); ++ms) {
          const Rational value = *add(start, *multiply(slope, Rational::whole(ms)));
          if (holds_for(kind, value.sign()) != at_now) expected = now + milliseconds(ms);
        }
        EXPECT_EQ(first_flip(kind, start, slope, now), expected)
            << compare << " " << top << "/" << bottom << " " << difference;
      }
    }
  }
}

}  // namespace
}  // namespace rekindle::operators::audience
