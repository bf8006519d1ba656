// A visitor built by hand for tests of audience expressions: events go straight into the timeline,
// the other parts are set as a test needs them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/site.h"
#include "core/visitor.h"
#include "operators/audience/program.h"

namespace rekindle::operators::audience {

inline constexpr EventTime kNow{1'700'000'000'000};

inline EventTime ago(Duration duration) {
  return kNow - duration;
}

inline Item item(std::string_view product, std::string_view category = {},
                 std::string_view brand = {}, int64_t price = kNoMoney, uint32_t quantity = 1) {
  Item result{product, category, brand, price, quantity};
  result.product_hash = item_name_hash(product);
  result.category_hash = item_name_hash(category);
  result.brand_hash = item_name_hash(brand);
  return result;
}

inline Event event_of(EventType type, EventTime at, std::vector<Item> items = {},
                      int64_t value = kNoMoney, std::string_view order = {}) {
  Event event;
  event.type = type;
  event.at = at;
  event.items = std::move(items);
  event.value = value;
  event.order = order;
  event.order_hash = name_hash(order);
  return event;
}

inline Site site_in(std::string_view currency) {
  Site site;
  site.name = "shop";
  site.id = site_id("shop");
  site.currency = *Currency::parse(currency);
  return site;
}

struct Shopper {
  Visitor visitor;
  Site site = site_in("EUR");

  Shopper& did(EventType type, EventTime at, std::vector<Item> items = {}, int64_t value = kNoMoney,
               std::string_view order = {}) {
    EXPECT_TRUE(visitor.timeline.add(event_of(type, at, std::move(items), value, order)));
    visitor.first_seen = std::min(visitor.first_seen, at);
    visitor.last_seen = std::max(visitor.last_seen, at);
    return *this;
  }

  // What the expression gives at `now`; a test failure when it does not compile.
  [[nodiscard]] Holds ask(std::string_view expression, EventTime now = kNow) const {
    const Result<Program> program = compile(expression);
    if (!program) {
      ADD_FAILURE() << program.error().detail;
      return {};
    }
    return program->evaluate(visitor, site, now);
  }
  [[nodiscard]] bool is(std::string_view expression, EventTime now = kNow) const {
    return ask(expression, now).value;
  }
  [[nodiscard]] EventTime until(std::string_view expression, EventTime now = kNow) const {
    return ask(expression, now).until;
  }
};

}  // namespace rekindle::operators::audience
