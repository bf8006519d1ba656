#include "operators/decide/offers/arbiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/decision.h"
#include "operators/audience/bucket.h"
#include "operators/decide/decide_engine.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;  // 2026-11-03T12:00:00Z
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OfferConfig message(std::string id = "hello") {
  OfferConfig offer;
  offer.id = std::move(id);
  offer.placements = {"home"};
  offer.worth = 10'000;
  offer.response = 2'000;
  return offer;
}

OfferConfig lamp_offer() {
  OfferConfig offer = message("lamp_deal");
  offer.type = OfferType::kProduct;
  offer.product = "lamp";
  return offer;
}

OfferConfig ten_percent() {
  OfferConfig offer = message("ten");
  offer.type = OfferType::kDiscount;
  offer.ladder = {{0, 1'000, "10%"}};
  return offer;
}

Exposure exposure_of(std::string_view offer, EventTime shown) {
  Exposure exposure;
  exposure.offer = name_hash(offer);
  exposure.group = name_hash("news");
  exposure.channel = name_hash("onsite");
  exposure.stage = OfferStage::kShown;
  exposure.decided_at = exposure.shown_at = shown;
  return exposure;
}

class ArbiterTest : public ::testing::Test {
 protected:
  ArbiterTest() {
    x_visitor.key = {7, 9};
    x_visitor.name = "ann";
    x_visitor.offers = std::make_unique<OfferHistory>();
    x_config.sites = {x_site};
  }

  Decision choose(const std::vector<OfferConfig>& offers, uint64_t id = 1, uint32_t n = 3) {
    x_config.offers = offers;
    x_config.sites = {x_site};
    std::vector<SiteCatalog> catalogs;
    catalogs.push_back({"lamps", ProductCatalog(x_products)});
    auto engine = make_decide_engine(x_config, std::move(catalogs));
    EXPECT_TRUE(engine.has_value()) << to_string(engine.error());
    engine.value()->adopt(x_rules);
    DecideRequest request;
    request.placement = "home";
    request.offers_max = n;
    request.cart = x_cart;
    return engine.value()->choose(request, x_site, &x_visitor, x_now, {nullptr, &x_tallies, id});
  }
  // The guard that stopped the only offer; empty: none did.
  std::string guard(const OfferConfig& offer) {
    const Decision decision = choose({offer});
    if (!decision.offers.empty()) return "";
    EXPECT_FALSE(decision.nothing_because.empty());
    EXPECT_EQ(decision.rejected.size(), 1u);
    return decision.rejected.empty() ? "nothing said" : decision.rejected.front().guard;
  }
  void remember(const Exposure& exposure) { x_visitor.offers->exposures.push_back(exposure); }

  Site x_site = shop::make_site();
  DecideConfig x_config;
  std::vector<Product> x_products = {shop::product("lamp", "LAMPS", 5'000)};
  Visitor x_visitor;
  EventTime x_now = kNoon;
  std::vector<std::string> x_cart;
  Rules x_rules;
  Tallies x_tallies;
};

TEST_F(ArbiterTest, OffersWhatPassesAndGainsWithItsReasons) {
  OfferConfig offer = message();
  offer.title = "Hello";
  offer.cost = 25;
  const Decision decision = choose({offer});
  ASSERT_THAT(decision.offers, SizeIs(1));
  const Offer& chosen = decision.offers[0];
  EXPECT_EQ(chosen.offer, "hello");
  EXPECT_EQ(chosen.type, "message");
  EXPECT_EQ(chosen.title, "Hello");
  EXPECT_EQ(chosen.reserved_until, kNoon + minutes(30));
  EXPECT_GT(chosen.probability, 0.9);
  // 20 % × 100.00 × 30 % margin − 0.25
  EXPECT_NEAR(chosen.score, 5.75, 0.01);
  EXPECT_THAT(chosen.reasons, Contains("20.00% buy after it, 0.00% without it"));
  EXPECT_THAT(chosen.reasons, Contains("cost: 0.25 EUR"));
  EXPECT_EQ(decision.id, 1u);
  const auto record = read_decision_record(decision.record);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->placement, "home");
  EXPECT_EQ(record->policy, "thompson");
  ASSERT_THAT(record->offers, SizeIs(1));
  EXPECT_EQ(record->offers[0].offer, "hello");
  EXPECT_EQ(record->offers[0].cost, 25);
  EXPECT_GT(record->offers[0].probability_ppm, 900'000u);
}

TEST_F(ArbiterTest, OnlyAskingReservesAndLogsNothing) {
  OfferConfig offer = message();
  offer.cost = 100;
  offer.budget = 1'000;
  const Decision decision = choose({offer}, 0);
  ASSERT_THAT(decision.offers, SizeIs(1));
  EXPECT_EQ(decision.id, 0u);
  EXPECT_THAT(decision.record, IsEmpty());
  EXPECT_EQ(x_tallies.read(tally_key(x_site.id, name_hash("hello"), TallyOf::kBudget)), 0);
}

TEST_F(ArbiterTest, WhatGainsNothingIsNotOffered) {
  OfferConfig offer = message();
  offer.cost = 10'000;
  EXPECT_EQ(guard(offer), "no_gain");
}

TEST_F(ArbiterTest, TheSeason) {
  OfferConfig offer = message();
  offer.start = kNoon + milliseconds(1);
  EXPECT_EQ(guard(offer), "out_of_season");
  offer.start = kNoon;
  EXPECT_EQ(guard(offer), "");
  offer.end = kNoon;
  offer.start = kNoon - days(1);
  EXPECT_EQ(guard(offer), "out_of_season");
}

TEST_F(ArbiterTest, ASeasonThatComesEveryYear) {
  OfferConfig offer = message();
  const Day today = day_of(kNoon);
  offer.season = Season{"now", today - 365, today - 365, true};
  EXPECT_EQ(guard(offer), "");
  offer.season->is_yearly = false;
  EXPECT_EQ(guard(offer), "out_of_season");
  offer.season = Season{"now", today, today, false};
  EXPECT_EQ(guard(offer), "");
  offer.start = kNoon + milliseconds(1);  // both have to hold
  EXPECT_EQ(guard(offer), "out_of_season");
}

TEST_F(ArbiterTest, ExpressionsForEligibilityApplicabilityAndSuitability) {
  did(x_visitor, kNoon - hours(1), EventType::kViewItem, "lamp");
  OfferConfig offer = message();
  offer.audience = "count(view_item, 1d) >= 1";
  EXPECT_EQ(guard(offer), "");
  offer.audience = "count(view_item, 1d) >= 2";
  EXPECT_EQ(guard(offer), "not_eligible");
  offer.audience.clear();
  offer.applies = "count(view_item, 1d) >= 2";
  EXPECT_EQ(guard(offer), "not_applicable");
  offer.applies.clear();
  offer.suits = "count(view_item, 1d) >= 2";
  EXPECT_EQ(guard(offer), "not_suitable");
}

TEST_F(ArbiterTest, AnAudienceByNameAndOneThatIsNoMore) {
  OfferConfig offer = message();
  offer.audience = "in(viewers)";
  EXPECT_EQ(guard(offer), "unknown_audience");
  AudienceRule rule;
  rule.id = AudienceId{3};
  rule.name = "viewers";
  rule.when = "count(view_item, 1d) >= 1";
  x_rules.audiences = {rule};
  EXPECT_EQ(guard(offer), "not_eligible");
  x_visitor.memberships.push_back({AudienceId{3}, 1, kNoon});
  EXPECT_EQ(guard(offer), "");
}

TEST_F(ArbiterTest, Consent) {
  OfferConfig offer = message();
  offer.consent = {"email"};
  EXPECT_EQ(guard(offer), "no_consent") << "who was never asked refuses";
  x_site.consent_required = false;
  EXPECT_EQ(guard(offer), "");
  x_visitor.profile = std::make_unique<Profile>();
  x_visitor.profile->consents = {{"email", false, kNoon, true}};
  EXPECT_EQ(guard(offer), "no_consent");
  x_visitor.profile->consents = {{"email", true, kNoon, false}};
  x_site.consent_required = true;
  EXPECT_EQ(guard(offer), "");
}

TEST_F(ArbiterTest, AProductThatIsMissingOwnedInTheCartOrGivenBack) {
  EXPECT_EQ(guard(lamp_offer()), "");
  x_cart = {"lamp"};
  EXPECT_EQ(guard(lamp_offer()), "in_cart");
  x_cart.clear();
  x_visitor.cart.lines.push_back({item_name_hash("lamp"), kNoName, 1, kNoMoney, kNoon});
  EXPECT_EQ(guard(lamp_offer()), "in_cart");
  x_visitor.cart.lines.clear();
  did(x_visitor, kNoon - days(60), EventType::kPurchase, "lamp");
  EXPECT_EQ(guard(lamp_offer()), "owned");
  did(x_visitor, kNoon - days(2), EventType::kRefund, "lamp");
  EXPECT_EQ(guard(lamp_offer()), "just_refunded");
  x_products[0].available = false;
  EXPECT_EQ(guard(lamp_offer()), "unavailable");
  x_products.clear();
  EXPECT_EQ(guard(lamp_offer()), "not_in_catalog");
}

TEST_F(ArbiterTest, StockThatIsHeldForOthersIsGone) {
  x_products[0].stock = 2;
  OfferConfig offer = lamp_offer();
  offer.holds_stock = true;
  EXPECT_THAT(choose({offer}, 1).offers, SizeIs(1));
  EXPECT_THAT(choose({offer}, 2).offers, SizeIs(1));
  EXPECT_EQ(guard(offer), "out_of_stock");
  x_products[0].stock = 0;
  EXPECT_EQ(guard(lamp_offer()), "out_of_stock");
  x_products[0].stock = -3;  // an oversold shop
  EXPECT_EQ(guard(lamp_offer()), "out_of_stock");
}

TEST_F(ArbiterTest, TheMarginsFloor) {
  OfferConfig offer = ten_percent();  // 30 % margin: of 90.00 paid, 20.00 are left, 22.2 %
  offer.margin_floor = 2'222;
  EXPECT_EQ(guard(offer), "");
  offer.margin_floor = 2'223;
  EXPECT_EQ(guard(offer), "margin_floor");
}

TEST_F(ArbiterTest, WhoAlwaysPaidTheFullPriceGetsNoDiscount) {
  x_visitor.lifetime.orders = 2;
  EXPECT_EQ(guard(ten_percent()), "full_price_payer");
  OfferConfig offer = ten_percent();
  offer.full_price_payers = true;
  EXPECT_EQ(guard(offer), "");
  x_visitor.lifetime.coupon_orders = 1;
  EXPECT_EQ(guard(ten_percent()), "");
}

TEST_F(ArbiterTest, UnprofitableCustomersGetServiceOnly) {
  x_config.offering.unprofitable = "count(view_item, 1d) >= 1";
  did(x_visitor, kNoon - hours(1), EventType::kViewItem, "lamp");
  EXPECT_EQ(guard(message()), "unprofitable");
  OfferConfig service = message("parcel");
  service.type = OfferType::kService;
  EXPECT_EQ(guard(service), "");
}

TEST_F(ArbiterTest, CapsCountWhatWasShownAndWhatMayStillBe) {
  OfferConfig offer = message();
  offer.caps = {{OfferCap::Per::kOffer, 2, hours(1)}};
  remember(exposure_of("hello", kNoon - hours(1)));  // just outside
  remember(exposure_of("hello", kNoon - minutes(59)));
  EXPECT_EQ(guard(offer), "");
  Exposure pending = exposure_of("hello", EventTime::never());
  pending.stage = OfferStage::kReserved;
  pending.decided_at = kNoon - days(2);
  pending.reserved_until = kNoon + milliseconds(1);
  remember(pending);
  EXPECT_EQ(guard(offer), "cap_offer");
  x_visitor.offers->exposures.back().reserved_until = kNoon;
  EXPECT_EQ(guard(offer), "") << "it was not shown in time";
}

TEST_F(ArbiterTest, CapsPerGroupChannelAndVisitor) {
  OfferConfig offer = message();
  offer.group = "news";
  remember(exposure_of("other", kNoon - minutes(1)));
  offer.caps = {{OfferCap::Per::kGroup, 1, hours(1)}};
  EXPECT_EQ(guard(offer), "cap_group");
  offer.caps = {{OfferCap::Per::kChannel, 1, hours(1)}};
  EXPECT_EQ(guard(offer), "cap_channel");
  offer.caps = {{OfferCap::Per::kVisitor, 1, hours(1)}};
  EXPECT_EQ(guard(offer), "cap_visitor");
  x_visitor.offers->exposures.back().is_service = true;
  EXPECT_EQ(guard(offer), "") << "service messages do not use up marketing caps";
}

TEST_F(ArbiterTest, CapsAreOfAllThatOneDecisionOffers) {
  OfferConfig one = message("one");
  one.group = "news";
  one.caps = {{OfferCap::Per::kGroup, 2, hours(1)}};
  OfferConfig two = one;
  two.id = "two";
  OfferConfig three = one;
  three.id = "three";
  const Decision decision = choose({one, two, three});
  EXPECT_THAT(decision.offers, SizeIs(2));
  ASSERT_THAT(decision.rejected, SizeIs(1));
  EXPECT_EQ(decision.rejected[0].guard, "cap_group");
}

TEST_F(ArbiterTest, ADiscountInPercentNeedsAPrice) {
  OfferConfig offer = ten_percent();
  offer.worth = kNoMoney;
  EXPECT_EQ(guard(offer), "price_unknown");
}

TEST_F(ArbiterTest, AServiceMessageIsStoppedByNoMarketingCap) {
  OfferConfig service = message("parcel");
  service.type = OfferType::kService;
  service.quiet_hours = {0, 1'439};
  OfferConfig offer = message();
  offer.caps = {{OfferCap::Per::kVisitor, 1, hours(1)}};
  remember(exposure_of("other", kNoon - minutes(1)));
  const Decision decision = choose({offer, service});
  ASSERT_THAT(decision.offers, SizeIs(1));
  EXPECT_EQ(decision.offers[0].offer, "parcel");
}

TEST_F(ArbiterTest, AFullHistoryStopsMarketingFirst) {
  for (size_t i = 0; i < limits::kExposuresMarketingMax; ++i) {
    remember(exposure_of("other", kNoon - days(1)));
  }
  EXPECT_EQ(guard(message()), "history_full");
  OfferConfig service = message("parcel");
  service.type = OfferType::kService;
  EXPECT_EQ(guard(service), "");
}

TEST_F(ArbiterTest, FatigueRestsAfterSoManyWithoutAClick) {
  OfferConfig offer = message();
  offer.fatigue_after = 2;
  offer.fatigue_for = days(3);
  remember(exposure_of("hello", kNoon - days(2)));
  remember(exposure_of("hello", kNoon - days(1)));
  EXPECT_EQ(guard(offer), "fatigue");
  x_now = kNoon + days(2);
  EXPECT_EQ(guard(offer), "");
  x_now = kNoon;
  x_visitor.offers->exposures[1].clicked_at = kNoon - days(1);
  EXPECT_EQ(guard(offer), "");
}

TEST_F(ArbiterTest, CoolDownAfterADismissal) {
  Exposure dismissed = exposure_of("hello", kNoon - days(1));
  dismissed.dismissed_at = kNoon - days(1);
  remember(dismissed);
  EXPECT_EQ(guard(message()), "cool_down");
  x_now = kNoon + days(6);
  EXPECT_EQ(guard(message()), "");
}

TEST_F(ArbiterTest, QuietHoursAreTheSitesOwn) {
  OfferConfig offer = message();
  offer.quiet_hours = {21 * 60, 8 * 60};
  EXPECT_EQ(guard(offer), "");
  x_site.time_zone = "Asia/Tokyo";  // noon in London is nine in the evening there
  EXPECT_EQ(guard(offer), "quiet_hours");
  x_now = kNoon - milliseconds(1);
  EXPECT_EQ(guard(offer), "");
  x_now = kNoon + hours(11) - milliseconds(1);
  EXPECT_EQ(guard(offer), "quiet_hours");
  x_now = kNoon + hours(11);
  EXPECT_EQ(guard(offer), "");
}

TEST_F(ArbiterTest, ABudgetIsNeverOverdrawn) {
  OfferConfig offer = message();
  offer.cost = 300;
  offer.budget = 1'000;
  for (uint64_t id = 1; id <= 3; ++id) EXPECT_THAT(choose({offer}, id).offers, SizeIs(1)) << id;
  EXPECT_EQ(guard(offer), "budget");
  EXPECT_EQ(x_tallies.read(tally_key(x_site.id, name_hash("hello"), TallyOf::kBudget)), 900);
}

TEST_F(ArbiterTest, HoldoutsAreGhostsAndAreLogged) {
  OfferConfig offer = message();
  offer.holdout = 10'000;
  offer.cost = 100;
  offer.budget = 1'000;
  offer.response = 5'000;  // so that no draw finds it without gain
  const Decision decision = choose({offer});
  EXPECT_THAT(decision.offers, IsEmpty());
  const auto record = read_decision_record(decision.record);
  ASSERT_THAT(record->offers, SizeIs(1));
  EXPECT_TRUE(record->offers[0].is_ghost);
  EXPECT_FALSE(record->is_held_out);
  EXPECT_EQ(x_tallies.read(tally_key(x_site.id, name_hash("hello"), TallyOf::kBudget)), 0);
}

TEST_F(ArbiterTest, TheUniversalHoldoutSeesServiceOnly) {
  x_config.offering.holdout = 10'000;
  OfferConfig service = message("parcel");
  service.type = OfferType::kService;
  const Decision decision = choose({message(), service});
  ASSERT_THAT(decision.offers, SizeIs(1));
  EXPECT_EQ(decision.offers[0].offer, "parcel");
  EXPECT_TRUE(read_decision_record(decision.record)->is_held_out);
}

TEST_F(ArbiterTest, HoldoutsAreDealtByTheVisitorAndTheOffer) {
  OfferConfig offer = message();
  offer.holdout = 3'000;
  x_config.offering.policies = {{"greedy", 10'000}};  // so that it is chosen each time
  size_t ghosts = 0;
  for (uint64_t i = 0; i < 500; ++i) {
    x_visitor.key = visitor_key(x_site.id, "v" + std::to_string(i));
    const bool is_ghost = choose({offer}, i + 1).offers.empty();
    EXPECT_EQ(is_ghost, choose({offer}, i + 1'000).offers.empty()) << "stable";
    EXPECT_EQ(is_ghost, audience::bucket_of("hello", x_visitor.key) < 3'000);
    ghosts += is_ghost;
  }
  EXPECT_GT(ghosts, 110u);
  EXPECT_LT(ghosts, 190u);
}

TEST_F(ArbiterTest, TheSameIdMakesTheSameChoice) {
  std::vector<OfferConfig> offers;
  for (int i = 0; i < 6; ++i) offers.push_back(message("m" + std::to_string(i)));
  std::set<std::string> seen;
  for (uint64_t id = 1; id <= 40; ++id) {
    const Decision once = choose(offers, id, 1);
    const Decision again = choose(offers, id, 1);
    EXPECT_EQ(once.record, again.record);
    seen.insert(once.offers.at(0).offer);
  }
  EXPECT_GT(seen.size(), 3u) << "equals are all tried";
}

TEST_F(ArbiterTest, OnlyTheLeastDiscountThatWorks) {
  OfferConfig offer = message("ladder");
  offer.type = OfferType::kDiscount;
  offer.ladder = {{0, 0, "0%"}, {0, 500, "5%"}, {0, 2'000, "20%"}};
  x_config.offering.policies = {{"greedy", 10'000}};
  const Decision decision = choose({offer});
  ASSERT_THAT(decision.offers, SizeIs(1));
  EXPECT_EQ(decision.offers[0].discount, "") << "nothing says that more would help";
  // Now 5 % is known to sell ten times as much, and 20 % no more than that.
  const auto learn = [&](uint32_t rung, int64_t trials, int64_t buyers) {
    const int64_t week = week_of(kNoon);
    for (const NameHash subject : {arm_hash("ladder", rung), group_subject(kNoName)}) {
      x_tallies.add(tally_key(x_site.id, subject, TallyOf::kTrials, week), trials);
      x_tallies.add(tally_key(x_site.id, subject, TallyOf::kBuyers, week), buyers);
      x_tallies.add(tally_key(x_site.id, subject, TallyOf::kRevenue, week), buyers * 10'000);
    }
  };
  learn(0, 10'000, 500);
  learn(1, 10'000, 5'000);
  learn(2, 10'000, 5'000);
  const Decision informed = choose({offer});
  ASSERT_THAT(informed.offers, SizeIs(1));
  EXPECT_EQ(informed.offers[0].discount, "5.00");
  EXPECT_THAT(informed.offers[0].reasons, Contains(HasSubstr("it pays from a response of")));
}

TEST_F(ArbiterTest, LearnsToOfferNothingWhereNothingHelps) {
  OfferConfig offer = message();
  offer.holdout = 5'000;
  offer.cost = 1;
  const int64_t week = week_of(kNoon);
  const NameHash arm = arm_hash("hello", 0);
  for (const TallyOf of : {TallyOf::kTrials, TallyOf::kGhostTrials}) {
    x_tallies.add(tally_key(x_site.id, arm, of, week), 1'000'000);
  }
  for (const TallyOf of : {TallyOf::kBuyers, TallyOf::kGhostBuyers}) {
    x_tallies.add(tally_key(x_site.id, arm, of, week), 50'000);
  }
  for (const TallyOf of : {TallyOf::kRevenue, TallyOf::kGhostRevenue}) {
    x_tallies.add(tally_key(x_site.id, arm, of, week), 50'000 * 10'000);
  }
  size_t shown = 0;
  for (uint64_t id = 1; id <= 100; ++id) {
    const Decision decision = choose({offer}, id);
    shown += !read_decision_record(decision.record)->offers.empty();
  }
  EXPECT_LT(shown, 50u) << "a coin's toss less its cost";
  x_config.offering.policies = {{"greedy", 10'000}};
  EXPECT_EQ(guard(offer), "no_gain");
}

TEST_F(ArbiterTest, WeightsAndBoostsRaiseTheValue) {
  OfferConfig plain = message("plain");
  OfferConfig raised = message("raised");
  raised.weight = 55;
  raised.boosts = {{"count(any, 1d) == 0", 100}};
  x_config.offering.policies = {{"greedy", 10'000}};
  const Decision decision = choose({plain, raised}, 1, 1);
  ASSERT_THAT(decision.offers, SizeIs(1));
  EXPECT_EQ(decision.offers[0].offer, "raised");
  EXPECT_THAT(decision.offers[0].reasons, Contains("weight: × 3.1"));
  ASSERT_THAT(decision.rejected, SizeIs(1));
  EXPECT_EQ(decision.rejected[0].guard, "outbid");
}

TEST_F(ArbiterTest, ARecommendationIsOfWhatThePlacementsSourcesPropose) {
  x_products.push_back(shop::product("mug", "MUGS"));
  x_config.placements = {{"home", {{.source = "manual", .products = {"lamp", "mug"}}}}};
  OfferConfig offer = message("picks");
  offer.type = OfferType::kRecommendation;
  offer.caps = {{OfferCap::Per::kOffer, 10, days(1)}};
  const Decision decision = choose({offer});
  ASSERT_THAT(decision.offers, SizeIs(2));
  EXPECT_EQ(decision.offers[0].offer, "picks");
  EXPECT_EQ(decision.offers[0].product, "lamp");
  EXPECT_EQ(decision.offers[0].source, "manual");
  EXPECT_EQ(decision.offers[1].product, "mug");
  offer.caps = {{OfferCap::Per::kOffer, 1, days(1)}};
  EXPECT_THAT(choose({offer}).offers, SizeIs(1)) << "each product is an exposure";
  offer.audience = "count(view_item, 1d) >= 1";
  EXPECT_EQ(guard(offer), "not_eligible") << "then its products are not shown either";
  x_config.placements[0].sources[0].products = {"nothing"};
  offer.audience.clear();
  const Decision none = choose({offer});
  EXPECT_THAT(none.offers, IsEmpty());
  EXPECT_EQ(none.rejected.back().guard, "nothing_to_recommend");
}

TEST_F(ArbiterTest, ProductsFillWhatConfiguredOffersLeave) {
  x_config.placements = {{"home", {{.source = "manual", .products = {"lamp"}}}}};
  const Decision decision = choose({message()});
  ASSERT_THAT(decision.offers, SizeIs(2));
  EXPECT_EQ(decision.offers[0].offer, "hello");
  EXPECT_EQ(decision.offers[1].product, "lamp");
  EXPECT_EQ(decision.offers[1].offer, "");
}

TEST(OfferConfigFaults, ContradictionsAreNamed) {
  OfferConfig offer = message();
  EXPECT_EQ(fault_of(offer), "");
  offer.caps = {{OfferCap::Per::kOffer, 5, days(1)}, {OfferCap::Per::kOffer, 3, days(7)}};
  EXPECT_THAT(fault_of(offer), HasSubstr("contradict"));
  offer.caps = {{OfferCap::Per::kOffer, 3, days(1)}, {OfferCap::Per::kOffer, 5, days(1)}};
  EXPECT_THAT(fault_of(offer), HasSubstr("same window"));
  offer.caps = {{OfferCap::Per::kGroup, 3, days(1)}};
  EXPECT_THAT(fault_of(offer), HasSubstr("group"));
  offer.caps.clear();
  offer.placements.clear();
  EXPECT_THAT(fault_of(offer), HasSubstr("placements"));
  offer = message();
  offer.type = OfferType::kProduct;
  EXPECT_THAT(fault_of(offer), HasSubstr("product"));
  offer = message();
  offer.type = OfferType::kDiscount;
  EXPECT_THAT(fault_of(offer), HasSubstr("ladder"));
  offer = message();
  offer.start = offer.end = kNoon;
  EXPECT_THAT(fault_of(offer), HasSubstr("ends before"));
  offer = message();
  offer.type = OfferType::kService;
  offer.caps = {{OfferCap::Per::kOffer, 3, days(1)}};
  EXPECT_THAT(fault_of(offer), HasSubstr("service"));
}

TEST_F(ArbiterTest, ShowingsWithoutAClickLowerItsValue) {
  OfferConfig offer = message();
  offer.fatigue_cost = 100;
  EXPECT_NEAR(choose({offer}).offers.at(0).score, 6, 0.01);
  remember(exposure_of("hello", kNoon));
  remember(exposure_of("hello", kNoon - days(14)));  // fades to a half
  remember(exposure_of("other", kNoon));
  const Decision tired = choose({offer});
  ASSERT_THAT(tired.offers, SizeIs(1));
  EXPECT_NEAR(tired.offers[0].score, 6 - 1.5, 0.01);
  EXPECT_THAT(tired.offers[0].reasons, Contains("shown before without a click: − 1.50 EUR"));
  Exposure clicked = exposure_of("hello", kNoon);
  clicked.clicked_at = kNoon;
  remember(clicked);
  EXPECT_NEAR(choose({offer}).offers.at(0).score, 6, 0.01) << "a click forgives";
}

TEST_F(ArbiterTest, WhoIsTiredEnoughIsShownNothing) {
  OfferConfig offer = message();
  offer.fatigue_cost = 10'000;
  remember(exposure_of("hello", kNoon));
  EXPECT_EQ(guard(offer), "no_gain");
}

TEST_F(ArbiterTest, LogsHowLikelyTheWholeChoiceWasAndWhatCapsStopped) {
  OfferConfig offer = message();
  offer.holdout = 2'500;
  offer.response = 8'000;
  OfferConfig capped = message("capped");
  capped.caps = {{OfferCap::Per::kOffer, 1, days(1)}};
  remember(exposure_of("capped", kNoon));
  const Decision decision = choose({offer, capped}, 1, 2);
  const auto record = read_decision_record(decision.record);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->offers_max, 2);
  EXPECT_EQ(record->capped, std::vector<NameHash>{name_hash("capped")});
  // All draws choose it, and three of four visitors see it.
  const bool is_ghost = record->offers.at(0).is_ghost;
  EXPECT_NEAR(record->slate_ppm, is_ghost ? 250'000 : 750'000, 20'000);
}

}  // namespace
}  // namespace rekindle::operators
