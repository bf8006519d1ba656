#include "operators/decide/decide_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
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

  static std::unique_ptr<Decider> make(const DecideConfig& config = {}) {
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
  EXPECT_DOUBLE_EQ(second.score, 3);
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
  x_engine = make({.offers_max = 2});
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
  const Decision after = decide(&x_visitor);
  EXPECT_EQ(ids(before), ids(after));
  EXPECT_EQ(losers(before), losers(after));
  EXPECT_EQ(before.model_version, after.model_version);
  EXPECT_EQ(before.offers[0].score, after.offers[0].score);
}

TEST_F(DecideEngineTest, SavesTheseBytes) {
  x_engine->learn(session(EventTime{1'000'000'000'000}, {{kBuy, "mug1"}}));
  std::string saved;
  x_engine->save(saved);
  std::string golden("\x01\x01\x01", 3);  // version, one session, one site
  ByteWriter writer(golden);
  writer.fixed(static_cast<uint32_t>(site_id("lamps")));
  golden.append("\x80\x90\xe4\xc0\x04", 5);              // half-life: 1,209,600,000 ms
  golden.append("\x00\x10\xa5\xd4\xe8\x00\x00\x00", 8);  // landmark: 1,000,000,000,000 ms
  golden.append("\x00\x10\xa5\xd4\xe8\x00\x00\x00", 8);  // newest
  golden.append("\x02", 1);                              // overall and MUGS
  for (const NameHash category : {kNoName, item_name_hash("MUGS")}) {
    writer.fixed(category);
    golden.append("\x01", 1);
    writer.fixed(item_name_hash("mug1"));
    golden.append("\x00\x00\x00\x00\x00\x00\x24\x40", 8);  // 10.0
  }
  EXPECT_EQ(saved, golden);
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
  newer[0] = 2;
  EXPECT_EQ(x_engine->restore(newer).error().code, ErrorCode::kNewerVersion);
  EXPECT_THAT(ids(decide(&x_visitor)), ElementsAre("lantern1", "lantern2", "lantern3"));
}

TEST(MakeDecideEngine, RefusesValuesOutOfRange) {
  const auto code_of = [](const DecideConfig& config) {
    return make_decide_engine(config, {}).error().code;
  };
  EXPECT_EQ(code_of({.half_life = seconds(1)}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.weights = {.purchase = -1}}), ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(code_of({.offers_max = 0}), ErrorCode::kInvalidConfiguration);
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
        if (score != expected) ++faults;
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
  EXPECT_DOUBLE_EQ(decide(&x_visitor).offers[0].score, 30'000);
}

}  // namespace
}  // namespace rekindle::operators
