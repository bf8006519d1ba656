#include "operators/clv/clv_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/bytes.h"
#include "operators/clv/clv_model_format.h"
#include "tests/operators/clv/cdnow.h"

namespace rekindle::operators {
namespace {

constexpr EventTime kFirst{1'690'000'000'000};
constexpr Duration kYear = days(365);

// The published CDNOW models, in days and cents.
ClvParameters parameters() {
  ClvParameters made;
  made.purchases = {.2425945, 4.4136019 * 7, .7929199, 2.4258881};
  made.spend = {6.25, 3.74, 1'544};
  made.margin_share = .3;
  made.yearly_discount = .1;
  made.fitted_at = kFirst;
  made.customers = 2'357;
  return made;
}
ClvModel model(const ClvParameters& made = parameters()) {
  return *ClvModel::make(made);
}
PurchaseHistory history(int64_t orders, Duration active, int64_t revenue) {
  return {orders, kFirst, kFirst + active, revenue};
}

TEST(ClvModel, ScoresTheFirstCdnowCustomerAsPublished) {
  const PurchaseHistory customer = history(3, Duration{days(213).ms + 864'000}, 6'705);  // 30.43 w
  const EventTime now = kFirst + days(272) + Duration{1'728'000};                        // 38.86 w
  EXPECT_NEAR(model().p_alive(customer, now), .72661, 5e-6);
  EXPECT_NEAR(model().expected_orders(customer, now, days(273)), 1.2259, 5e-5);
}

TEST(ClvModel, ClvIsTheDiscountedMarginOfTheOrdersToCome) {
  const PurchaseHistory customer = history(3, days(213), 6'705);
  const EventTime now = kFirst + days(272);
  ClvParameters made = parameters();
  double sum = 0;
  double before = 0;
  for (int month = 1; month <= 12; ++month) {
    const Duration end{days(365).ms * month / 12};
    const double orders = model().expected_orders(customer, now, end);
    sum += (orders - before) / std::pow(1.1, month / 12.0);
    before = orders;
  }
  const double value = sum * expected_spend(made.spend, {3, 2'235}) * .3;
  EXPECT_EQ(model().clv(customer, now, kYear), std::llround(value));
  EXPECT_GT(value, 500);

  made.yearly_discount = 0;
  const double undiscounted = before * expected_spend(made.spend, {3, 2'235}) * .3;
  EXPECT_EQ(model(made).clv(customer, now, kYear), std::llround(undiscounted));
  made.yearly_discount = 1e-12;  // month by month, to the same end
  EXPECT_EQ(model(made).clv(customer, now, kYear), std::llround(undiscounted));
  made.margin_share = 0;
  EXPECT_EQ(model(made).clv(customer, now, kYear), 0);
}

TEST(ClvModel, GuardsHaveTheirPlainMeaning) {
  const ClvModel scored = model();
  const PurchaseHistory nobody;
  EXPECT_EQ(scored.p_alive(nobody, kFirst), 0);
  EXPECT_EQ(scored.expected_orders(nobody, kFirst, kYear), 0);
  EXPECT_EQ(scored.clv(nobody, kFirst, kYear), 0);
  const PurchaseHistory customer = history(4, days(100), 9'000);
  EXPECT_EQ(scored.clv(customer, kFirst + days(120), Duration{0}), 0);
  EXPECT_EQ(scored.clv(customer, kFirst + days(120), Duration{-5}), 0);
  // Before the last order is at the last order; beyond ten years is ten years.
  EXPECT_EQ(scored.clv(customer, kFirst, kYear), scored.clv(customer, kFirst + days(100), kYear));
  EXPECT_EQ(scored.clv(customer, kFirst + days(120), days(3'650)),
            scored.clv(customer, kFirst + days(120), days(100'000)));
  // Refunded more than paid: no better than an order worth nothing, and never below zero.
  EXPECT_EQ(scored.clv(history(4, days(100), -9'000), kFirst + days(120), kYear),
            scored.clv(history(4, days(100), 0), kFirst + days(120), kYear));
  EXPECT_GE(scored.clv(history(4, days(100), INT64_MIN), kFirst + days(120), kYear), 0);
  EXPECT_GT(scored.clv(history(1'000'000, days(100), INT64_MAX), kFirst + days(100), kYear), 0);
  EXPECT_EQ(scored.clv(history(1'000'000, days(100), INT64_MAX), kFirst + days(101), kYear), 0);
}

TEST(ClvModel, RefusesParametersOutOfRange) {
  const auto refused = [](auto&& change) {
    ClvParameters made = parameters();
    change(made);
    const auto result = ClvModel::make(made);
    return !result && result.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](ClvParameters& made) { made.spend.q = 1; }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.purchases.a = 0; }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.purchases.alpha = std::nan(""); }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.margin_share = 1.01; }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.margin_share = std::nan(""); }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.yearly_discount = -.01; }));
  EXPECT_TRUE(refused([](ClvParameters& made) { made.customers = -1; }));
  EXPECT_FALSE(refused([](ClvParameters&) {}));
}

// Every value falls while nothing is bought, and the deadline is the very millisecond: below there,
// not below one before.
TEST(ClvModel, DeadlinesAreExactToTheMillisecond) {
  std::mt19937_64 dice(31);
  const auto any = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(dice));
  };
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    ClvParameters made = parameters();
    made.purchases = {any(.05, 10), any(1, 300), any(.05, 10), any(.1, 20)};
    made.yearly_discount = i % 2 == 0 ? 0 : .12;
    const ClvModel scored = model(made);
    const auto orders = static_cast<int64_t>(any(1, 60));
    const Duration active{orders == 1 ? 0 : static_cast<int64_t>(any(1e6, 6e10))};
    const PurchaseHistory customer = history(orders, active, static_cast<int64_t>(any(10, 1e7)));
    const EventTime from = customer.last_at + Duration{static_cast<int64_t>(any(1, 1e10))};

    int64_t value = INT64_MAX;
    double alive = 1;
    for (EventTime t = from; t < from + days(4'000); t = t + days(50)) {
      const int64_t value_then = scored.clv(customer, t, kYear);
      const double alive_then = scored.p_alive(customer, t);
      ASSERT_LE(value_then, value) << i;
      ASSERT_LE(alive_then, alive) << i;
      value = value_then;
      alive = alive_then;
    }

    const int64_t threshold =
        static_cast<int64_t>(any(.01, 1) * static_cast<double>(scored.clv(customer, from, kYear)));
    const EventTime when = scored.time_when_clv_below(customer, kYear, threshold, from);
    if (when == EventTime::never()) {
      EXPECT_GE(scored.clv(customer, from + days(3'650), kYear), threshold) << i;
    } else {
      ++found;
      ASSERT_GT(when, from) << i;
      EXPECT_LT(scored.clv(customer, when, kYear), threshold) << i;
      EXPECT_GE(scored.clv(customer, when - milliseconds(1), kYear), threshold) << i;
    }
    const double share = any(.001, 1) * scored.p_alive(customer, from);
    const EventTime lost = scored.time_when_p_alive_below(customer, share, from);
    if (lost == EventTime::never()) {
      EXPECT_GE(scored.p_alive(customer, from + days(3'650)), share) << i;
    } else {
      ++found;
      EXPECT_LT(scored.p_alive(customer, lost), share) << i;
      EXPECT_GE(scored.p_alive(customer, lost - milliseconds(1)), share) << i;
    }
  }
  EXPECT_GT(found, 300);
}

TEST(ClvModel, DeadlinesThatArePastOrNever) {
  const ClvModel scored = model();
  const PurchaseHistory customer = history(3, days(213), 6'705);
  const EventTime now = kFirst + days(272);
  const int64_t value = scored.clv(customer, now, kYear);
  EXPECT_EQ(scored.time_when_clv_below(customer, kYear, value + 1, now), now);
  EXPECT_GT(scored.time_when_clv_below(customer, kYear, value, now), now);
  EXPECT_EQ(scored.time_when_clv_below(customer, kYear, 0, now), EventTime::never());
  EXPECT_EQ(scored.time_when_p_alive_below(customer, 1, now), now);
  EXPECT_EQ(scored.time_when_p_alive_below(customer, 0, now), EventTime::never());
  // Who ordered once is alive for sure, as far as this model can tell.
  EXPECT_EQ(scored.time_when_p_alive_below(history(1, {}, 100), .5, now), EventTime::never());
  EXPECT_LT(scored.time_when_clv_below(history(1, {}, 100), kYear, 100, now), EventTime::never());
  EXPECT_EQ(scored.time_when_clv_below(PurchaseHistory{}, kYear, 1, now), now);
}

TEST(ClvModelFormat, BytesOfVersion1) {
  ClvParameters made;
  made.purchases = {.25, 32, .75, 2.5};
  made.spend = {6, 3.5, 1'536};
  made.margin_share = .5;
  made.yearly_discount = .125;
  made.fitted_at = EventTime{0x0102030405060708};
  made.customers = 2'357;
  std::string bytes;
  encode_clv_model(model(made), bytes);
  std::string hex;
  for (const char byte : bytes) {
    char two[3];
    snprintf(two, sizeof two, "%02x", static_cast<uint8_t>(byte));
    hex += two;
  }
  EXPECT_EQ(hex,
            "01"
            "000000000000d03f"  // r 0.25
            "0000000000004040"  // alpha 32
            "000000000000e83f"  // a 0.75
            "0000000000000440"  // b 2.5
            "0000000000001840"  // p 6
            "0000000000000c40"  // q 3.5
            "0000000000009840"  // v 1536
            "000000000000e03f"  // margin share 0.5
            "000000000000c03f"  // yearly discount 0.125
            "0807060504030201"  // fitted at
            "3509000000000000");
  EXPECT_EQ(bytes.size(), kClvModelBytes);
  const auto read = decode_clv_model(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, model(made));
}

TEST(ClvModelFormat, KeepsEveryBit) {
  const auto before = model();
  std::string bytes;
  encode_clv_model(before, bytes);
  const auto after = decode_clv_model(bytes);
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, before);
  const PurchaseHistory customer = history(7, days(300), 55'555);
  EXPECT_EQ(after->clv(customer, kFirst + days(333), kYear),
            before.clv(customer, kFirst + days(333), kYear));
}

TEST(ClvModelFormat, RefusesWhatItDidNotWrite) {
  std::string bytes;
  encode_clv_model(model(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_clv_model(bytes.substr(0, size)).error().code, ErrorCode::kCorruptRecord);
  }
  EXPECT_EQ(decode_clv_model(bytes + '\0').error().code, ErrorCode::kCorruptRecord);
  std::string other = bytes;
  other[0] = 2;
  EXPECT_EQ(decode_clv_model(other).error().code, ErrorCode::kNewerVersion);
  other[0] = 0;
  EXPECT_EQ(decode_clv_model(other).error().code, ErrorCode::kCorruptRecord);
  other = bytes;
  other[8] = static_cast<char>(0xbf);  // r below zero
  EXPECT_EQ(decode_clv_model(other).error().code, ErrorCode::kCorruptRecord);
}

}  // namespace
}  // namespace rekindle::operators
