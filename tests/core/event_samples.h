// Events as tests like to write them, and bytes as people read them.
#pragma once

#include <string>
#include <string_view>

#include "core/event.h"

namespace rekindle::testing_samples {

inline constexpr EventTime kNoon{1'700'000'000'000};

inline Event event_of(EventType type, EventTime at) {
  Event event;
  event.type = type;
  event.at = at;
  return event;
}

inline Item item_of(std::string_view product, std::string_view category = {},
                    int64_t price = kNoMoney, uint32_t quantity = 1, std::string_view brand = {}) {
  Item item;
  item.product = product;
  item.category = category;
  item.brand = brand;
  item.price = price;
  item.quantity = quantity;
  item.product_hash = item_name_hash(product);
  item.category_hash = item_name_hash(category);
  item.brand_hash = item_name_hash(brand);
  return item;
}

inline Event event_of(EventType type, EventTime at, std::vector<Item> items) {
  Event event = event_of(type, at);
  event.items = std::move(items);
  return event;
}

inline std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<uint8_t>(c) >> 4];
    hex += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return hex;
}

inline std::string bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return bytes;
}

}  // namespace rekindle::testing_samples
