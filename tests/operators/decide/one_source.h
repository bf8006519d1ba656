// An engine that asks one source of one placement, for the tests of sources.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/decide/decide_engine.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {

class OneSource : public ::testing::Test {
 protected:
  static constexpr auto kView = EventType::kViewItem;
  static constexpr auto kCart = EventType::kAddToCart;
  static constexpr auto kBuy = EventType::kPurchase;

  void make(std::vector<Product> products, std::vector<SourceConfig> sources, Quota quota = {}) {
    DecideConfig config;
    config.placements.push_back({"default", std::move(sources), quota});
    std::vector<SiteCatalog> catalogs;
    catalogs.push_back({"lamps", ProductCatalog(std::move(products))});
    auto made = make_decide_engine(config, std::move(catalogs));
    ASSERT_TRUE(made) << made.error().detail;
    x_engine = std::move(*made);
  }
  void learn(const std::vector<shop::Line>& lines, int times = 1) {
    for (int i = 0; i < times; ++i) x_engine->learn(shop::session(shop::kNoon - days(1), lines));
    x_engine->publish();
  }
  void put_in_cart(std::string_view product, int64_t price = kNoMoney, uint32_t quantity = 1) {
    x_visitor.cart.lines.push_back(
        {item_name_hash(product), kNoName, quantity, price, shop::kNoon});
  }
  [[nodiscard]] Decision decide(uint32_t offers_max = 10) {
    x_request.offers_max = offers_max;
    return x_engine->decide(x_request, x_site, &x_visitor, shop::kNoon);
  }
  // "product" of each offer, or why there is none.
  [[nodiscard]] std::vector<std::string> offered(uint32_t offers_max = 10) {
    const Decision decision = decide(offers_max);
    if (decision.offers.empty()) return {"nothing: " + decision.nothing_because};
    std::vector<std::string> ids;
    for (const Offer& offer : decision.offers) ids.push_back(offer.product);
    return ids;
  }
  [[nodiscard]] std::vector<std::string> rejected() {
    std::vector<std::string> losers;
    for (const RejectedOffer& lost : decide().rejected) {
      losers.push_back(lost.product + ":" + lost.guard);
    }
    return losers;
  }

  Site x_site = shop::make_site();
  std::unique_ptr<Decider> x_engine;
  Visitor x_visitor;
  DecideRequest x_request;
};

}  // namespace rekindle::operators
