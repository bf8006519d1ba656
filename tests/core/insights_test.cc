#include "core/insights.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

constexpr RankCut kTopTenth{RankMetric::kRevenue, RankCut::Kind::kTop, kRankShareOne / 10};
constexpr RankCut kFifth{RankMetric::kOrders, RankCut::Kind::kAtLeast, kRankShareOne / 5};

std::vector<SiteInsights> sample() {
  Insights insights;
  SiteInsights& site = insights.of(SiteId{7});
  site.model = "some model";
  site.boundary(kFifth) = {kFifth, RankPosition::after_all(), RankPosition::before_all()};
  site.boundary(kTopTenth) = {kTopTenth, RankPosition::at({-50, 3}, {1, 2}),
                              RankPosition::at({4, 1})};
  insights.of(SiteId{3}).model.clear();
  return insights.sites();
}

Visitor customer(int64_t spent, VisitorKey key = {}) {
  Visitor visitor;
  visitor.key = key;
  visitor.lifetime.orders = 1;
  visitor.lifetime.purchased = spent;
  return visitor;
}

TEST(Insights, AreTheSameOnceWrittenAndRead) {
  std::string bytes;
  encode_insights(sample(), bytes);
  const auto read = decode_insights(bytes);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].site, SiteId{3});  // ascending, whatever came first
  const SiteInsights& site = (*read)[1];
  EXPECT_EQ(site.model, "some model");
  ASSERT_EQ(site.boundaries.size(), 2u);
  EXPECT_EQ(site.find(kTopTenth)->position, RankPosition::at({-50, 3}, {1, 2}));
  EXPECT_EQ(site.find(kTopTenth)->frontier, RankPosition::at({4, 1}));
  EXPECT_EQ(site.find(kFifth)->position, RankPosition::after_all());
  std::string again;
  encode_insights(*read, again);
  EXPECT_EQ(again, bytes);
}

TEST(Insights, RefuseWhatIsCutOrFromTheFuture) {
  std::string bytes;
  encode_insights(sample(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_insights(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_insights(bytes + "x"));
  bytes[0] = 2;
  EXPECT_EQ(decode_insights(bytes).error().code, ErrorCode::kNewerVersion);
}

TEST(Insights, GoldenBytes) {
  Insights insights;
  insights.of(SiteId{1}).boundary(kTopTenth) = {kTopTenth, RankPosition::at({5, 1}, {2, 3}),
                                                RankPosition::before_all()};
  std::string bytes;
  encode_insights(insights.sites(), bytes);
  EXPECT_EQ(bytes, std::string("\x01\x01"          // version, sites
                               "\x01\0\0\0\0\x01"  // id, no model, boundaries
                               "\0\0\xa0\x8d\x06"  // revenue, top, 100'000
                               "\x01\x0a\x01\x02\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0"  // at 5/1
                               "\0",                                               // before all
                               33));
}

TEST(Insights, WhoIsBelowTheFrontierIsNotJudged) {
  SiteInsights site;
  site.boundary(kTopTenth) = {kTopTenth, RankPosition::at({100, 1}), RankPosition::at({50, 1})};
  EXPECT_EQ(is_above(&site, kTopTenth, customer(100)), true);
  EXPECT_EQ(is_above(&site, kTopTenth, customer(99)), false);
  EXPECT_EQ(is_above(&site, kTopTenth, customer(49)), std::nullopt);
  EXPECT_EQ(is_above(&site, kFifth, customer(100)), std::nullopt);
  EXPECT_EQ(is_above(nullptr, kTopTenth, customer(100)), std::nullopt);
  EXPECT_EQ(is_above(&site, kTopTenth, Visitor{}), std::nullopt);  // never ordered
}

TEST(Insights, AMovingBoundaryStandsBetweenTwoWhoTie) {
  SiteInsights site;
  site.boundary(kTopTenth) = {kTopTenth, RankPosition::at({100, 1}, {5, 0}),
                              RankPosition::before_all()};
  EXPECT_EQ(is_above(&site, kTopTenth, customer(100, {5, 0})), true);
  EXPECT_EQ(is_above(&site, kTopTenth, customer(100, {4, 9})), false);
}

TEST(Insights, ForgetWhatNobodyAsksFor) {
  Insights insights;
  for (const RankCut& cut : {kTopTenth, kFifth})
    insights.of(SiteId{1}).boundary(cut) = {cut, {}, {}};
  CustomerNeeds needs;
  needs.add(kFifth);
  EXPECT_TRUE(insights.keep(needs));
  EXPECT_FALSE(insights.keep(needs));
  EXPECT_EQ(insights.find(SiteId{1})->find(kTopTenth), nullptr);
  EXPECT_NE(insights.find(SiteId{1})->find(kFifth), nullptr);
}

}  // namespace
}  // namespace rekindle
