// One product as a shop's catalogue lists it. A variant (a size, a colour) is a product of its own
// that names its parent; decisions show one of a family.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/ids.h"

namespace rekindle::operators {

inline constexpr int64_t kUnknownStock = -1;
inline constexpr int32_t kNoTier = -1;

struct Attribute {
  std::string name;
  std::string value;
  friend auto operator<=>(const Attribute&, const Attribute&) = default;
};

struct Product {
  std::string id;
  std::string parent;  // what it is a variant of; empty: of nothing
  std::string title;
  std::string category;  // a path, "Home > Lighting > Lamps" (category_path.h); empty: in none
  std::string brand;
  int64_t price = kNoMoney;       // minor units of the site's currency
  int64_t list_price = kNoMoney;  // before any discount
  int64_t cost = kNoMoney;        // of one piece, to the shop
  int64_t stock = kUnknownStock;
  bool available = true;
  int32_t tier = kNoTier;  // 0 …: a higher one is the better product of its category
  EventTime published = EventTime::before_all();  // before_all(): the catalogue does not say
  EventTime available_from = EventTime::before_all();
  EventTime expires = EventTime::never();
  std::vector<std::string> tags;
  std::vector<Attribute> attributes;  // ascending, none twice

  // What changes of the catalogue left behind, not what it says.
  EventTime listed = EventTime::before_all();  // came into a catalogue that had others
  int64_t dropped_from = kNoMoney;             // the price before its last drop
  EventTime dropped_at = EventTime::before_all();

  // Filled by ProductCatalog.
  NameHash hash = kNoName;
  NameHash parent_hash = kNoName;
  NameHash category_hash = kNoName;
  NameHash brand_hash = kNoName;

  // Variants of one parent, and the parent itself, are one family.
  [[nodiscard]] NameHash family() const { return parent_hash != kNoName ? parent_hash : hash; }
  // What one piece earns; kNoMoney when its price or its cost is not known.
  [[nodiscard]] int64_t margin() const {
    return price == kNoMoney || cost == kNoMoney ? kNoMoney : price - cost;
  }
  // When it was new; before_all(): nobody knows.
  [[nodiscard]] EventTime arrived() const {
    return published != EventTime::before_all() ? published : listed;
  }
  friend bool operator==(const Product&, const Product&) = default;
};

}  // namespace rekindle::operators
