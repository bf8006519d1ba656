// The large shop of bench_scale: its catalogue, its offers, and who looks at what.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "operators/decide/decide_engine.h"

namespace rekindle::bench {

using namespace operators;

constexpr size_t kLinesASession = 10;
constexpr size_t kOffers = 10;

inline std::string product_id(size_t i) {
  return "product-" + std::to_string(i);
}

inline ProductCatalog make_catalog(size_t count) {
  std::vector<Product> products(count);
  for (size_t i = 0; i < count; ++i) {
    products[i].id = product_id(i);
    products[i].title = "A product of the shop, number " + std::to_string(i);
    products[i].category = "CATEGORY " + std::to_string(i % 1'000);
    products[i].brand = "Brand " + std::to_string(i % 500);
    products[i].price = static_cast<int64_t>(100 + i % 50'000);
    products[i].available = i % 10 != 0;
  }
  return ProductCatalog(std::move(products));
}

// Visitors and sessions. Few products are looked at often, most hardly ever; a session stays among
// products near each other.
class Traffic {
 public:
  Traffic(size_t products, uint64_t seed) : x_products(products), x_random(seed) {}

  ClosedSession session(EventTime at) {
    ClosedSession session;
    session.site = site_id("shop");
    session.visitor = {x_random(), x_random()};
    session.start = session.end = at;
    const size_t about = popular();
    for (size_t line = 0; line < kLinesASession; ++line) {
      const EventType type = line + 1 == kLinesASession && x_random() % 4 == 0
                                 ? EventType::kPurchase
                                 : EventType::kViewItem;
      session.lines.push_back({type, at, near(about), kNoName, kNoName});
    }
    return session;
  }
  Visitor visitor(EventTime at) {
    Visitor visitor;
    visitor.key = {x_random(), x_random()};
    const size_t about = popular();
    for (size_t i = 0; i < kLinesASession; ++i) {
      Event event;
      event.type = i % 5 == 4 ? EventType::kAddToCart : EventType::kViewItem;
      event.at = at - minutes(static_cast<int64_t>(kLinesASession - i));
      event.items.resize(1);
      event.items[0].product_hash = near(about);
      visitor.timeline.add(event);
    }
    return visitor;
  }

 private:
  size_t popular() {
    const double u = std::uniform_real_distribution<double>(0, 1)(x_random);
    return static_cast<size_t>(static_cast<double>(x_products - 1) * u * u * u);
  }
  NameHash near(size_t about) {
    const size_t product = x_random() % 4 == 0 ? popular() : (about + x_random() % 30) % x_products;
    return item_name_hash(product_id(product));
  }

  size_t x_products;
  std::mt19937_64 x_random;
};

inline DecideConfig make_config(const Site& site, size_t sessions) {
  DecideConfig config;
  config.sites = {site};
  config.learning.sessions.sessions_max = sessions;  // from then on one leaves for each that comes
  config.learning.memory_bytes_max = size_t{64} << 30;
  for (size_t i = 0; i < kOffers; ++i) {
    OfferConfig offer;
    offer.id = "offer" + std::to_string(i);
    offer.placements = {"home"};
    offer.worth = 10'000;
    offer.cost = static_cast<int64_t>(i);
    if (i == 0) offer.type = OfferType::kRecommendation;
    if (i % 2 == 1) {
      offer.type = OfferType::kDiscount;
      offer.ladder = {{0, 500, "5%"}, {0, 1'000, "10%"}};
    }
    config.offers.push_back(offer);
  }
  return config;
}

}  // namespace rekindle::bench
