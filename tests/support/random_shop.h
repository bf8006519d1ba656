// Random but repeatable shop traffic: visitors come in bursts, some events are late, some come
// twice.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/support/rig.h"

namespace rekindle::testing {

struct ShopOptions {
  uint32_t seed = 1;
  size_t events = 2'000;
  size_t visitors = 60;
  EventTime start{1'700'000'000'000};
};

inline std::vector<TestEvent> random_shop(const ShopOptions& options) {
  constexpr EventType kTypes[] = {EventType::kPageView,   EventType::kViewItem,
                                  EventType::kViewItem,   EventType::kAddToCart,
                                  EventType::kPurchase,   EventType::kRemoveFromCart,
                                  EventType::kSearch,     EventType::kRefund,
                                  EventType::kCartAtMost, EventType::kCartAtLeast};
  constexpr const char* kCategories[] = {"shoes", "shirts", "hats"};
  std::mt19937 random(options.seed);
  const auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<TestEvent> events;
  EventTime now = options.start;
  while (events.size() < options.events) {
    // Mostly seconds between events, sometimes hours or days with nobody there.
    const uint32_t gap = below(100);
    now = now + (gap < 90 ? seconds(below(120)) : gap < 98 ? minutes(below(600)) : days(below(20)));
    if (below(25) == 0 && !events.empty()) {
      events.push_back(events[below(static_cast<uint32_t>(events.size()))]);  // sent again
      continue;
    }
    TestEvent event;
    event.visitor = "v" + std::to_string(below(static_cast<uint32_t>(options.visitors)));
    event.type = kTypes[below(std::size(kTypes))];
    event.at = below(12) == 0 ? now - minutes(below(5'000)) : now;  // some are late
    event.id = "e" + std::to_string(events.size());
    if (event.type != EventType::kPageView && event.type != EventType::kSearch) {
      const uint32_t product = below(12);
      event.product = "p" + std::to_string(product);
      event.category = kCategories[product % 3];
      event.price = 100 + static_cast<int64_t>(below(9'000));
      event.quantity = 1 + below(3);
    }
    if (event.type == EventType::kPurchase) event.order = "o" + std::to_string(events.size());
    events.push_back(event);
  }
  return events;
}

inline std::vector<AudienceDefinition> shop_audiences() {
  return {
      {"cart_abandoners", "", "",
       "cart.value > 0 and since(add_to_cart) >= 30m and count(purchase, 24h) == 0"},
      {"active_today", "", "", "count(any, 24h) >= 3"},
      {"viewed_twice_not_bought", "", "",
       R"(count(view_item, 7d, category == "shoes") >= 2 and not did(purchase, 7d, category == "shoes"))"},
      {"lapsed", "", "", "lifetime.orders >= 1 and since(purchase) > 30d"},
      {"big_spender", "", "", "sum(purchase, value, 60d) >= 150"},
      {"browser", "", "", "distinct(view_item, product, 10d) >= 3"},
      {"cheap", "", "", "max(purchase, value, 90d) < 50"},
      {"average", "", "", "avg(purchase, value, 90d) > 40"},
      {"quiet_minute", "", "", "since(any) >= 1m"},
      {"not_seen", "", "", "not did(page_view, 3d)"},
  };
}

}  // namespace rekindle::testing
