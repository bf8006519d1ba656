// A small shop for decision tests: a site, its catalogue, visitors and closed sessions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/change.h"
#include "core/event.h"
#include "core/site.h"
#include "core/visitor.h"
#include "operators/decide/catalog/product_catalog.h"

namespace rekindle::operators::shop {

inline constexpr EventTime kNoon{1'793'707'200'000};  // 2026-11-03T12:00:00Z

inline Site make_site() {
  Site site;
  site.name = "lamps";
  site.id = site_id(site.name);
  site.currency = *Currency::parse("EUR");
  return site;
}

inline Product product(std::string id, std::string category, int64_t price = 1'250) {
  Product product;
  product.title = "The " + id;
  product.id = std::move(id);
  product.category = std::move(category);
  product.price = price;
  return product;
}

// By id.
inline std::vector<Product> products(const ProductCatalog& catalog) {
  std::vector<Product> all;
  catalog.for_each([&](const Product& one) { all.push_back(one); });
  std::sort(all.begin(), all.end(), [](const Product& a, const Product& b) { return a.id < b.id; });
  return all;
}

struct Line {
  EventType type;
  std::string_view product;
  std::string_view category = "";
};

// Each of another visitor.
inline ClosedSession session(EventTime at, const std::vector<Line>& lines) {
  static uint64_t visitors = 0;
  ClosedSession session;
  session.visitor = {1, ++visitors};
  session.site = site_id("lamps");
  session.start = session.end = at;
  for (const Line& line : lines) {
    session.lines.push_back(
        {line.type, at, item_name_hash(line.product), item_name_hash(line.category), kNoName});
  }
  return session;
}

inline void did(Visitor& visitor, EventTime at, EventType type, const std::vector<Line>& lines) {
  Event event;
  event.type = type;
  event.at = at;
  for (const Line& line : lines) {
    Item item;
    item.product = line.product;
    item.category = line.category;
    item.product_hash = item_name_hash(line.product);
    item.category_hash = item_name_hash(line.category);
    event.items.push_back(item);
  }
  visitor.timeline.add(event);
}
inline void did(Visitor& visitor, EventTime at, EventType type, std::string_view product,
                std::string_view category = "") {
  did(visitor, at, type, {{type, product, category}});
}

}  // namespace rekindle::operators::shop
