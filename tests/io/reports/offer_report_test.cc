#include "io/reports/offer_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/decision.h"
#include "core/tally_key.h"

namespace rekindle::io {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int32_t kDay = 20'000;  // 2024-10-04, a Friday
constexpr int64_t kWeek = kDay / 7;

// 100 customers and 50 ghosts of an offer of a product; money in cents, squares in whole euros.
class OfferReport : public ::testing::Test {
 protected:
  OfferReport() {
    x_site.name = "shop";
    x_site.id = site_id("shop");
    x_site.currency = Currency::parse("EUR").value();
    x_request.site = &x_site;
    x_request.first_day = x_request.last_day = kDay;
    x_offer.id = "deal";
    x_offer.type = "product";
    x_offer.margin = 4'000;
    x_offer.holdout = 3'333;
    fill();
  }

  void fill() {
    add(TallyOf::kDecided, 120);
    add(TallyOf::kShown, 110);
    add(TallyOf::kLateShown, 2);
    add(TallyOf::kClicked, 12);
    add(TallyOf::kNth, 140);
    add(TallyOf::kNthSquare, 224);
    add(TallyOf::kNthClicked, 13);
    add(TallyOf::kGhosted, 60);
    add(TallyOf::kCapped, 20);
    add(TallyOf::kCost, 1'000);
    add(TallyOf::kDiscount, 4'000);
    add(TallyOf::kRevenueLast, 50'000);
    both(TallyOf::kTrials, 100, 50);
    both(TallyOf::kBuyers, 30, 10);
    both(TallyOf::kRevenue, 120'000, 40'000);
    both(TallyOf::kRevenueSquare, 60'000, 20'000);
    both(TallyOf::kOrders, 40, 16);
    both(TallyOf::kOrdersSquare, 60, 30);
    both(TallyOf::kOrderRevenue, 1'800, 700);
    both(TallyOf::kRepeaters, 6, 1);
    both(TallyOf::kActiveBefore, 20, 10);
    both(TallyOf::kRetained, 15, 5);
    both(TallyOf::kLines, 150, 50);
    both(TallyOf::kLinesSquare, 400, 120);
    both(TallyOf::kTook, 10, 2);
    both(TallyOf::kPrimary, 32, 15);
    both(TallyOf::kAttached, 8, 3);
    both(TallyOf::kOwners, 25, 9);
    both(TallyOf::kClvKnown, 100, 50);
    both(TallyOf::kClv, 200'000, 90'000);
    both(TallyOf::kClvSquare, 50'000, 20'000);
    of_site(TallyOf::kDecisions, 500);
    of_site(TallyOf::kNothingShown, 100);
    of_site(TallyOf::kCappedDecisions, 25);
    of_site(TallyOf::kSiteRevenue, 1'000'000);
  }
  void add(TallyOf what, int64_t amount) {
    x_tallies.add(tally_key(x_site.id, arm_hash("deal", 0), what, kWeek), amount);
  }
  void both(TallyOf what, int64_t shown, int64_t ghosts) {
    add(what, shown);
    add(static_cast<TallyOf>(static_cast<uint8_t>(what) + kGhostTallies), ghosts);
  }
  void of_site(TallyOf what, int64_t amount) {
    x_tallies.add(tally_key(x_site.id, kNoName, what, kWeek), amount);
  }
  std::string report() { return offer_report(x_tallies, {x_offer}, x_request); }
  // The figure with its six decimals, as JSON has it.
  void expect(const std::string& name, const std::string& value) {
    EXPECT_THAT(report(), HasSubstr("\"" + name + "\":" + value + ","));
  }

  Site x_site;
  ReportRequest x_request;
  OfferDescription x_offer;
  Tallies x_tallies;
};

TEST_F(OfferReport, CustomersBesideGhosts) {
  expect("conversion", "0.300000");
  expect("ghost_conversion", "0.200000");
  expect("conversion_difference", "0.100000");
  expect("conversion_lift", "0.500000");
  // Common rate 40/150: .1 ÷ √(.266667·.733333·(1/100 + 1/50))
  expect("conversion_z", "1.3056");
  expect("repeat", "0.200000");  // 6 ÷ 30
  expect("ghost_repeat", "0.100000");
  expect("retention", "0.750000");  // 15 ÷ 20
  expect("retention_difference", "0.250000");
}

TEST_F(OfferReport, RevenueAndMarginThatItCaused) {
  expect("revenue_difference", "4.000000");  // 12.00 − 8.00 a customer
  expect("incremental_sales", "0.500000");
  expect("incremental_revenue", "400.000000");
  expect("incremental_margin", "110.000000");  // 400 × 40 % − 10 − 40
  expect("revenue_contribution", "0.050000");  // 500 of 10,000
  expect("incremental_share", "0.800000");     // 400 of 500
  expect("order_value", "30.000000");          // 1,200 ÷ 40
  expect("ghost_order_value", "25.000000");    // 400 ÷ 16
  expect("order_value_difference", "5.000000");
  // Of s²: 4·(60000 − 120²·…): bounds are there, and around the value.
  EXPECT_THAT(report(), Not(HasSubstr("\"incremental_margin_low\":null")));
}

TEST_F(OfferReport, CrossSellingAndLifetimeValue) {
  expect("cross_sell_ratio", "1.500000");
  expect("cross_sell_ratio_difference", "0.500000");
  expect("cross_sell_conversion", "0.100000");
  expect("cross_sell_conversion_difference", "0.060000");
  expect("attach", "0.250000");
  expect("ghost_attach", "0.200000");
  expect("penetration", "0.250000");
  expect("ghost_penetration", "0.180000");
  expect("lifetime_value", "20.000000");
  expect("lifetime_value_difference", "2.000000");
}

TEST_F(OfferReport, FatigueCapsAndNothing) {
  // 112 showings: (13 − 140·12/112) ÷ (224 − 140²/112)
  expect("fatigue_slope", "-0.040816");
  expect("capped", "20");
  expect("cap_share", "0.100000");  // 20 of 20 + 120 + 60
  expect("decisions", "500");
  expect("nothing_shown_share", "0.200000");
  expect("capped_share", "0.050000");
  expect("site_revenue", "10000.00");
  EXPECT_THAT(report(), HasSubstr("\"sample_ratio_alarm\":false"));
}

TEST_F(OfferReport, AnUnevenDealIsAnAlarm) {
  x_offer.holdout = 1'000;
  EXPECT_THAT(report(), HasSubstr("\"sample_ratio_alarm\":true"));
}

TEST_F(OfferReport, WhatCannotBeKnownIsNull) {
  x_offer.type = "message";
  expect("attach", "null");
  expect("penetration_difference", "null");
  expect("cross_sell_conversion_difference_low", "null");
  x_offer.id = "other";
  expect("conversion", "null");
  expect("incremental_margin_low", "null");
  expect("fatigue_slope", "null");
  expect("revenue_contribution", "0.000000");
}

TEST_F(OfferReport, TheSameAsCsv) {
  x_request.csv = true;
  const std::string csv = report();
  const size_t end = csv.find("\r\n");
  const std::string header = csv.substr(0, end);
  const std::string row = csv.substr(end + 2);
  EXPECT_THAT(header, HasSubstr(",attach,ghost_attach,attach_difference,attach_difference_low,"));
  EXPECT_THAT(row, HasSubstr(",0.250000,0.200000,0.050000,"));
  EXPECT_EQ(std::count(header.begin(), header.end(), ','), std::count(row.begin(), row.end(), ','));
}

}  // namespace
}  // namespace rekindle::io
