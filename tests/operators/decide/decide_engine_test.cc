#include "operators/decide/decide_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "core/bytes.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::session;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
constexpr auto kView = EventType::kViewItem;
constexpr auto kCart = EventType::kAddToCart;
constexpr auto kBuy = EventType::kPurchase;

ProductCatalog make_catalog() {
  std::vector<Product> products = {shop::product("lantern1", "LANTERNS"),
                                   shop::product("lantern2", "LANTERNS", 99),
                                   shop::product("lantern3", "LANTERNS", kNoMoney),
                                   shop::product("mug1", "MUGS"),
                                   shop::product("mug2", "MUGS"),
                                   shop::product("gone", "LANTERNS"),
                                   shop::product("empty", "LANTERNS")};
  products[5].available = false;
  products[6].stock = 0;
  return ProductCatalog(std::move(products));
}

class DecideEngineTest : public ::testing::Test {
 protected:
  DecideEngineTest() : x_site(shop::make_site()) { x_engine = make(); }

  // Asks one source only, unless the test says otherwise.
  static DecideConfig last_category() {
    DecideConfig config;
    config.placements = {{"default", {{.source = "bestsellers_of_last_category"}}}};
    return config;
  }
  static std::unique_ptr<Decider> make(const DecideConfig& config = last_category()) {
    std::vector<SiteCatalog> catalogs;
    catalogs.push_back({"lamps", make_catalog()});
    return make_decide_engine(config, std::move(catalogs)).value();
  }
  static void learn_all(Decider& engine) {
    // In LANTERNS by score: unlisted, gone, empty, lantern1, lantern2, lantern3.
    engine.learn(session(kNoon - days(1), {{kBuy, "unlisted", "LANTERNS"},
                                           {kBuy, "gone"},
                                           {kBuy, "empty"},
                                           {kView, "unlisted", "LANTERNS"},
                                           {kView, "unlisted", "LANTERNS"},
                                           {kView, "gone"}}));
    engine.learn(session(
        kNoon - days(1),
        {{kCart, "lantern1"}, {kCart, "lantern1"}, {kCart, "lantern2"}, {kView, "lantern3"}}));
    engine.learn(session(kNoon - days(1), {{kView, "mug2"}, {kBuy, "mug1"}}));
    engine.publish();
  }
  Decision decide(const Visitor* visitor, uint32_t offers_max = 10,
                  std::vector<std::string> cart = {}) {
    DecideRequest request;
    request.offers_max = offers_max;
    request.cart = std::move(cart);
    return x_engine->decide(request, x_site, visitor, kNoon);
  }
  static std::vector<std::string> ids(const Decision& decision) {
    std::vector<std::string> ids;
    for (const Offer& offer : decision.offers) ids.push_back(offer.product);
    return ids;
  }
  static std::vector<std::string> losers(const Decision& decision) {
    std::vector<std::string> losers;
    for (const RejectedOffer& lost : decision.rejected) {
      losers.push_back((lost.product[0] == '#' ? "#" : lost.product) + ":" + lost.guard);
    }
    return losers;
  }

  Site x_site;
  std::unique_ptr<Decider> x_engine;
  Visitor x_visitor;
};

TEST_F(DecideEngineTest, OffersBestsellersOfTheCategoryViewedLastWithReasons) {
  learn_all(*x_engine);
  did(x_visitor, kNoon - days(3), kBuy, "mug1", "MUGS");
  did(x_visitor, kNoon - hours(1), kView, "lantern9", "LANTERNS");
  const Decision decision = decide(&x_visitor);
  EXPECT_THAT(ids(decision), ElementsAre("lantern1", "lantern2", "lantern3"));
  EXPECT_EQ(decision.nothing_because, "");
  EXPECT_EQ(decision.model_version, 3u);
  const Offer& second = decision.offers[1];
  EXPECT_EQ(second.type, "product");
  EXPECT_EQ(second.title, "The lantern2");
  EXPECT_EQ(second.category, "LANTERNS");
  EXPECT_EQ(second.price, "0.99");
  EXPECT_EQ(second.currency, "EUR");
  EXPECT_EQ(second.source, "bestsellers_of_last_category");
  EXPECT_NEAR(second.score, 3, 1e-4);
  EXPECT_THAT(second.reasons, ElementsAre("bestseller #5 in LANTERNS, the category you viewed on "
                                          "2026-11-03"));
  EXPECT_EQ(decision.offers[2].price, "");
  EXPECT_EQ(decision.offers[2].currency, "");
}

TEST_F(DecideEngineTest, EveryLoserHasTheFirstGuardThatStoppedIt) {
  learn_all(*x_engine);
  did(x_visitor, kNoon - days(3), kBuy, {{kBuy, "mug1"}, {kBuy, "lantern1"}});
  did(x_visitor, kNoon - hours(1), kView, "lantern3");
  x_visitor.cart.lines.push_back({item_name_hash("lantern2"), kNoName, 1, kNoMoney, kNoon});
  const Decision decision = decide(&x_visitor);
  EXPECT_THAT(ids(decision), ElementsAre("lantern3"));
  EXPECT_THAT(losers(decision),
              ElementsAre("#:not_in_catalog", "gone:unavailable", "empty:out_of_stock",
                          "lantern1:owned", "lantern2:in_cart"));
}

TEST_F(DecideEngineTest, TheRequestsCartReplacesTheKnownOne) {
  learn_all(*x_engine);
  did(x_visitor, kNoon - hours(1), kView, "lantern3");
  x_visitor.cart.lines.push_back({item_name_hash("lantern2"), kNoName, 1, kNoMoney, kNoon});
  EXPECT_THAT(ids(decide(&x_visitor, 10, {"lantern1"})), ElementsAre("lantern2", "lantern3"));
}

TEST_F(DecideEngineTest, TakesTheCataloguesCategoryWhenTheEventGaveNone) {
  learn_all(*x_engine);
  did(x_visitor, kNoon - hours(1), kCart, "mug1");
  const Decision decision = decide(&x_visitor);
  EXPECT_THAT(ids(decision), ElementsAre("mug1", "mug2"));
  EXPECT_THAT(decision.offers[0].reasons,
              ElementsAre("bestseller #1 in MUGS, the category you put in the cart from on "
                          "2026-11-03"));
}

TEST_F(DecideEngineTest, FallsBackToTheNextOlderCategoryThatHasSomething) {
  learn_all(*x_engine);
  did(x_visitor, kNoon - days(40), kBuy, "lantern1");
  did(x_visitor, kNoon - days(3), kBuy, {{kBuy, "mug1"}, {kBuy, "mug2"}});
  did(x_visitor, kNoon - hours(1), kView, "sofa", "SOFAS");
  const Decision decision = decide(&x_visitor, 1);
  EXPECT_THAT(ids(decision), ElementsAre("lantern2"));
  EXPECT_THAT(decision.offers[0].reasons,
              ElementsAre("bestseller #5 in LANTERNS, the category you bought from on 2026-09-24"));
}

TEST_F(DecideEngineTest, APurchaseComesBeforeAViewOfTheSameInstant) {
  learn_all(*x_engine);
  did(x_visitor, kNoon, kView, "lantern1");
  did(x_visitor, kNoon, kBuy, "mug1");
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("mug2"));
}

TEST_F(DecideEngineTest, WhatLiesAheadOfTheClockIsNotLookedAt) {
  learn_all(*x_engine);
  did(x_visitor, kNoon, kView, "mug1");
  did(x_visitor, kNoon + milliseconds(1), kView, "lantern1");
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("mug1", "mug2"));
}

TEST_F(DecideEngineTest, GivesNothingAndSaysWhy) {
  EXPECT_EQ(decide(nullptr).nothing_because, "the visitor was never seen");
  learn_all(*x_engine);
  EXPECT_EQ(decide(&x_visitor).nothing_because, "no category viewed or bought yet");
  did(x_visitor, kNoon, EventType::kPageView, "lantern1");
  EXPECT_EQ(decide(&x_visitor).nothing_because, "no category viewed or bought yet");
  did(x_visitor, kNoon, kView, "sofa", "SOFAS");
  const Decision decision = decide(&x_visitor);
  EXPECT_EQ(decision.nothing_because, "nothing left to offer in the categories viewed or bought");
  EXPECT_THAT(decision.offers, IsEmpty());
  Site other = x_site;
  other.id = site_id("other");
  EXPECT_EQ(x_engine->decide({}, other, &x_visitor, kNoon).nothing_because,
            "no catalogue is loaded for this site");
}

TEST_F(DecideEngineTest, RespectsTheNumberAskedForAndTheConfiguredMost) {
  learn_all(*x_engine);
  did(x_visitor, kNoon, kView, "lantern3");
  EXPECT_EQ(decide(&x_visitor, 1).offers.size(), 1u);
  EXPECT_EQ(decide(&x_visitor, 2).offers.size(), 2u);
  EXPECT_EQ(decide(&x_visitor, 100'000).offers.size(), 3u);
  DecideConfig two = last_category();
  two.offers_max = 2;
  x_engine = make(two);
  learn_all(*x_engine);
  EXPECT_EQ(decide(&x_visitor, 50).offers.size(), 2u);
}

TEST_F(DecideEngineTest, WhatIsLearntShowsOnlyOncePublished) {
  did(x_visitor, kNoon, kView, "mug2");
  x_engine->learn(session(kNoon, {{kBuy, "mug1"}}));
  EXPECT_THAT(ids(decide(&x_visitor)), IsEmpty());
  EXPECT_EQ(decide(&x_visitor).model_version, 0u);
  x_engine->publish();
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("mug1"));
  EXPECT_EQ(decide(&x_visitor).model_version, 1u);
}

TEST_F(DecideEngineTest, RestoresToTheSameBytesAndTheSameDecisions) {
  learn_all(*x_engine);
  did(x_visitor, kNoon, kView, "lantern1");
  const Decision before = decide(&x_visitor);
  std::string saved;
  x_engine->save(saved);
  x_engine = make();
  ASSERT_TRUE(x_engine->restore(saved));
  std::string again;
  x_engine->save(again);
  EXPECT_EQ(saved, again);
  x_engine->publish();
  const Decision after = decide(&x_visitor);
  EXPECT_EQ(ids(before), ids(after));
  EXPECT_EQ(losers(before), losers(after));
  EXPECT_EQ(before.model_version, after.model_version);
  EXPECT_EQ(before.offers[0].score, after.offers[0].score);
}

TEST_F(DecideEngineTest, SavesTheseBytes) {
  ClosedSession bought = session(EventTime{1'000'000'000'000}, {{kBuy, "mug1"}});
  bought.visitor = {7, 8};
  x_engine->learn(bought);
  std::string saved;
  x_engine->save(saved);
  std::string golden("\x02\x01\x01", 3);  // version, one session, one site
  ByteWriter writer(golden);
  writer.fixed(static_cast<uint32_t>(site_id("lamps")));
  golden.append("\x00\x00\x00\x00\x00\x00\x00\x80", 8);  // horizon: none had to leave
  golden.append(16, '\0');
  golden.append("\x00\x00\x00\x00\x00\x00\x00\x80", 8);
  golden.append("\x02", 1);  // names
  writer.fixed(item_name_hash("mug1"));
  writer.fixed(item_name_hash("MUGS"));
  golden.append("\x01", 1);                              // sessions
  golden.append("\x07\x00\x00\x00\x00\x00\x00\x00", 8);  // visitor
  golden.append("\x08\x00\x00\x00\x00\x00\x00\x00", 8);
  golden.append("\x80\xc0\xa8\xca\x9a\x3a\x00\x01", 8);  // end, length 0, one line
  golden.append("\x02\x02\x00\x00", 4);  // purchase of the first name, in the second, no brand
  EXPECT_EQ(saved, golden);
}

// However partitions' sessions are mixed, the model is the same.
TEST_F(DecideEngineTest, TheOrderOfSessionsLeavesNoTrace) {
  std::vector<ClosedSession> sessions;
  for (int i = 0; i < 50; ++i) {
    sessions.push_back(session(kNoon + minutes(i % 7), {{kView, "mug1"}, {kBuy, "lantern1"}}));
    sessions.push_back(session(kNoon + days(i), {{kView, "mug2"}, {kCart, "lantern2"}}));
  }
  const auto bytes_of = [&](auto begin, auto end) {
    const auto engine = make();
    for (auto at = begin; at != end; ++at) engine->learn(*at);
    std::string bytes;
    engine->save(bytes);
    return bytes;
  };
  EXPECT_EQ(bytes_of(sessions.begin(), sessions.end()),
            bytes_of(sessions.rbegin(), sessions.rend()));
}

TEST_F(DecideEngineTest, ForgettingAVisitorLeavesWhatTheOthersLeft) {
  learn_all(*x_engine);
  ClosedSession theirs = session(kNoon, {{kBuy, "mug2"}, {kBuy, "mug2"}});
  x_engine->learn(theirs);
  theirs.start = theirs.end = kNoon + hours(1);
  for (SessionLine& line : theirs.lines) line.at = theirs.end;
  x_engine->learn(theirs);
  x_engine->publish();
  did(x_visitor, kNoon, kView, "sofa", "MUGS");
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("mug2", "mug1"));
  EXPECT_EQ(x_engine->forget(theirs.visitor), 2u);
  EXPECT_EQ(x_engine->forget(theirs.visitor), 0u);
  x_engine->publish();
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("mug1", "mug2"));
}

TEST_F(DecideEngineTest, APlacementAsksItsSourcesInOrder) {
  DecideConfig config;
  config.placements = {
      {"cart", {{.source = "bought_together", .take = 1}, {.source = "bestsellers"}}},
      {"home", {{.source = "manual", .products = {"gone", "mug2", "mug1"}}}}};
  x_engine = make(config);
  x_engine->learn(session(kNoon, {{kBuy, "mug1"}, {kBuy, "lantern2"}, {kBuy, "lantern3"}}));
  x_engine->learn(session(kNoon, {{kBuy, "mug1"}, {kBuy, "lantern2"}}));
  x_engine->learn(session(kNoon, {{kBuy, "lantern1"}, {kBuy, "lantern1"}, {kBuy, "lantern1"}}));
  x_engine->publish();
  DecideRequest request;
  request.cart = {"mug1"};
  request.placement = "cart";
  Decision decision = x_engine->decide(request, x_site, &x_visitor, kNoon);
  EXPECT_THAT(ids(decision), ElementsAre("lantern2", "lantern1", "lantern3"));
  EXPECT_EQ(decision.offers[0].source, "bought_together");
  EXPECT_THAT(decision.offers[0].reasons,
              ElementsAre("bought in one order with The mug1: 2 times"));
  EXPECT_THAT(decision.offers[1].reasons, ElementsAre("bestseller #1 of the shop"));
  request.placement = "home";
  decision = x_engine->decide(request, x_site, &x_visitor, kNoon);
  EXPECT_THAT(ids(decision), ElementsAre("mug2"));
  EXPECT_THAT(losers(decision), ElementsAre("gone:unavailable", "mug1:in_cart"));
}

TEST_F(DecideEngineTest, APlacementThatIsNotConfiguredIsShownTheDefault) {
  x_engine = make({});
  x_engine->learn(session(kNoon, {{kView, "mug1"}, {kView, "mug2"}}));
  x_engine->publish();
  did(x_visitor, kNoon, kView, "mug1");
  DecideRequest request;
  request.placement = "nobody-knows";
  const Decision decision = x_engine->decide(request, x_site, &x_visitor, kNoon);
  ASSERT_THAT(ids(decision), ElementsAre("mug2", "mug1"));
  EXPECT_EQ(decision.offers[0].source, "similar_sessions");
  EXPECT_THAT(decision.offers[0].reasons,
              ElementsAre("#1 of what came with The mug1 in sessions like yours"));
}

TEST_F(DecideEngineTest, RemindsOfWhatIsBoughtRegularly) {
  DecideConfig config;
  config.placements = {
      {"default", {{.source = "reorder_reminder"}, {.source = "viewed_not_bought"}}}};
  x_engine = make(config);
  did(x_visitor, kNoon - days(60), kBuy, "mug1");
  did(x_visitor, kNoon - days(30), kBuy, "mug1");
  did(x_visitor, kNoon - days(30), kBuy, "mug2");
  did(x_visitor, kNoon - days(2), kView, "lantern2");
  const Decision due = decide(&x_visitor);
  EXPECT_THAT(ids(due), ElementsAre("mug1", "lantern2"));
  EXPECT_THAT(due.offers[0].reasons,
              ElementsAre("you buy it about every 30 days, last on 2026-10-04"));
  EXPECT_THAT(due.offers[1].reasons, ElementsAre("you looked at it on 2026-11-01"));
  did(x_visitor, kNoon - days(10), kBuy, "mug1");  // not due again
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("lantern2"));
}

TEST_F(DecideEngineTest, RefusesDamagedBytesAndKeepsWhatItHad) {
  learn_all(*x_engine);
  did(x_visitor, kNoon, kView, "lantern1");
  std::string saved;
  x_engine->save(saved);
  for (size_t size = 0; size < saved.size(); ++size) {
    EXPECT_FALSE(x_engine->restore(std::string_view(saved).substr(0, size))) << size;
  }
  EXPECT_EQ(x_engine->restore(saved + "x").error().code, ErrorCode::kCorruptRecord);
  std::string newer = saved;
  newer[0] = 3;
  EXPECT_EQ(x_engine->restore(newer).error().code, ErrorCode::kNewerVersion);
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("lantern1", "lantern2", "lantern3"));
}

TEST(MakeDecideEngine, RefusesValuesOutOfRange) {
  const auto code_of = [](const DecideConfig& config) {
    return make_decide_engine(config, {}).error().code;
  };
  EXPECT_EQ(code_of({.offers_max = 0}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.learning = {.half_life = seconds(1)}}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.learning = {.weights = {.purchase = -1}}}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.learning = {.sessions = {.sessions_max = 0}}}),
            ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.next = {.rules = 2}}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.placements = {{"home", {}}}}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.placements = {{"home", {{.source = "magic"}}}}}),
            ErrorCode::kInvalidConfiguration);
  std::vector<SiteCatalog> twice(2);
  EXPECT_EQ(make_decide_engine({}, std::move(twice)).error().code,
            ErrorCode::kInvalidConfiguration);
}

// Shards decide while the model thread learns and publishes. Every decision must come from one
// snapshot: in each, mug1 was bought as often as the version says, so its score is ten times that.
TEST_F(DecideEngineTest, DecidesFromOneSnapshotWhileTheModelLearns) {
  did(x_visitor, kNoon, kView, "mug2");
  std::atomic<bool> done{false};
  std::atomic<uint64_t> faults{0};
  std::vector<std::thread> shards;
  for (int i = 0; i < 2; ++i) {
    shards.emplace_back([&] {
      while (!done) {
        const Decision decision = decide(&x_visitor, 1);
        const double expected = 10.0 * static_cast<double>(decision.model_version);
        const double score = decision.offers.empty() ? 0 : decision.offers[0].score;
        if (std::abs(score - expected) > 1e-3 + expected * 1e-6) ++faults;
      }
    });
  }
  for (int i = 0; i < 3'000; ++i) {
    x_engine->learn(session(kNoon, {{kBuy, "mug1"}}));
    if (i % 3 == 2) x_engine->publish();
  }
  done = true;
  for (std::thread& shard : shards) shard.join();
  EXPECT_EQ(faults, 0u);
  EXPECT_NEAR(decide(&x_visitor).offers[0].score, 30'000, 0.1);
}

}  // namespace
}  // namespace rekindle::operators
