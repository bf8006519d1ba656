#include "cli/naive/plain_event.h"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/limits.h"

namespace rekindle::naive {
namespace {

namespace ondemand = simdjson::ondemand;

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

// A trait's value; nothing when there is none to keep.
std::optional<std::string> trait_value(ondemand::value value) {
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::string: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
      return std::string(text);
    }
    case ondemand::json_type::null: return "";
    case ondemand::json_type::number:
    case ondemand::json_type::boolean: return trimmed(value.raw_json_token());
    default: return std::nullopt;
  }
}

void read_traits(ondemand::object object, PlainEvent& event) {
  for (auto field : object) {
    std::string_view name;
    ondemand::value value;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return;
    const std::string key(name);
    if (field.value().get(value) != simdjson::SUCCESS) return;
    const auto text = trait_value(value);
    const bool fits = text && !key.empty() && key.size() <= limits::kTraitNameBytesMax &&
                      text->size() <= limits::kTraitValueBytesMax;
    if (fits) event.traits.emplace_back(key, *text);
  }
}

void read_consents(ondemand::object object, PlainEvent& event) {
  for (auto field : object) {
    std::string_view name;
    ondemand::value value;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return;
    const std::string key(name);
    if (field.value().get(value) != simdjson::SUCCESS) return;
    if (value.type().value_unsafe() == ondemand::json_type::object) {
      read_consents(value.get_object().value_unsafe(), event);
      continue;
    }
    const std::string text = trimmed(value.raw_json_token());
    const bool granted = text == "true" || text == "\"granted\"";
    const bool denied = text == "false" || text == "\"denied\"";
    const bool fits = !key.empty() && key.size() <= limits::kPurposeBytesMax;
    if ((granted || denied) && fits) event.consents.emplace_back(key, granted);
  }
}

template <typename Read>
void read_object(std::string_view json, PlainEvent& event, Read read) {
  ondemand::parser parser;
  const simdjson::padded_string padded(json);
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return;
  if (document.get_object().get(object) == simdjson::SUCCESS) read(object, event);
}

void read_profile(const Event& event, PlainEvent& plain) {
  if (event.type == EventType::kIdentify && !event.props.empty()) {
    read_object(event.props, plain, read_traits);
  }
  if (!event.user.empty() && event.user.size() <= limits::kTraitValueBytesMax) {
    plain.traits.emplace_back("user_id", event.user);
  }
  if (event.is_bot) plain.traits.emplace_back("bot", "true");
  if (!event.consent.empty()) {
    read_object(event.consent, plain, read_consents);
  } else if (event.type == EventType::kConsent) {
    read_object(event.props, plain, read_consents);
  }
  if (event.type == EventType::kSubscribe || event.type == EventType::kUnsubscribe) {
    const std::string channel(event.channel.empty() ? "email" : event.channel);
    if (channel.size() <= limits::kPurposeBytesMax) {
      plain.consents.emplace_back(channel, event.type == EventType::kSubscribe);
    }
  }
}

template <typename T>
bool known(const std::deque<T>& list, const T& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

template <typename T>
void remember(std::deque<T>& list, const T& entry, size_t most) {
  list.push_back(entry);
  if (list.size() > most) list.pop_front();
}

struct Line {
  int64_t quantity = 0;
  PlainItem item;  // newest price and category
};

// The cart after these events.
std::map<std::string, Line> cart_after(const std::vector<PlainEvent>& events) {
  std::map<std::string, Line> cart;
  for (const PlainEvent& event : events) {
    const bool adds = event.type == EventType::kAddToCart;
    if (!adds && event.type != EventType::kRemoveFromCart && event.type != EventType::kPurchase) {
      continue;
    }
    for (const PlainItem& item : event.items) {
      if (item.product.empty() || item.quantity == 0) continue;
      Line& line = cart[item.product];
      line.quantity += int64_t{item.quantity} * (adds ? 1 : -1);
      line.item.product = item.product;
      if (adds && item.has_price) line.item.has_price = true, line.item.price = item.price;
      if (adds && !item.category.empty()) line.item.category = item.category;
      if (line.quantity <= 0) cart.erase(item.product);
    }
  }
  return cart;
}

// A cart told whole becomes what changed about it; false: nothing did. Of a visitor who did nothing
// before, one that changes nothing is a look at the cart.
bool became_difference(PlainEvent& event, const std::vector<PlainEvent>& before) {
  const bool adds = event.type == EventType::kCartAtLeast;
  std::map<std::string, PlainItem> told;
  for (const PlainItem& item : event.items) {
    if (item.product.empty()) continue;
    const auto [place, first] = told.try_emplace(item.product, item);
    if (!first) place->second.quantity += item.quantity;
  }
  std::map<std::string, Line> cart = cart_after(before);
  event.type = adds ? EventType::kAddToCart : EventType::kRemoveFromCart;
  event.has_value = false;
  event.value = 0;
  event.items.clear();
  if (adds) {
    for (const auto& [product, item] : told) {
      const int64_t missing = item.quantity - cart[product].quantity;
      if (missing <= 0) continue;
      event.items.push_back(item);
      event.items.back().quantity = static_cast<uint32_t>(missing);
    }
  } else {
    for (const auto& [product, line] : cart) {
      const int64_t extra = line.quantity - (told.count(product) ? told[product].quantity : 0);
      if (extra <= 0) continue;
      event.items.push_back(line.item);
      event.items.back().quantity = static_cast<uint32_t>(extra);
    }
  }
  if (event.items.empty() && before.empty()) event.type = EventType::kViewCart;
  return !event.items.empty() || before.empty();
}

}  // namespace

PlainEvent plain_event(const Event& event) {
  PlainEvent plain;
  plain.type = event.type;
  plain.at = event.at;
  plain.order = event.order;
  plain.has_value = event.value != kNoMoney;
  plain.value = plain.has_value ? event.value : 0;
  plain.has_coupon = !event.coupon.empty();
  plain.campaign = event.campaign_source;
  plain.campaign_medium = event.campaign_medium;
  plain.campaign_name = event.campaign_name;
  for (const Item& item : event.items) {
    PlainItem& line = plain.items.emplace_back();
    line.product = item.product;
    line.category = item.category;
    line.brand = item.brand;
    line.has_price = item.price != kNoMoney;
    line.price = line.has_price ? item.price : 0;
    line.quantity = item.quantity;
  }
  read_profile(event, plain);
  return plain;
}

bool History::add(const Event& event, EventTime known_at) {
  const bool is_order = event.type == EventType::kPurchase && !event.order.empty();
  const std::string order(event.order);
  if (event.event_id != kNoName && known(x_ids, event.event_id)) return false;
  if (is_order && known(x_orders, order)) return false;
  if (event.event_id != kNoName) remember(x_ids, event.event_id, limits::kDedupeIdsMax);
  if (is_order) remember(x_orders, order, limits::kOrdersMax);
  PlainEvent plain = plain_event(event);
  const bool is_cart =
      plain.type == EventType::kCartAtMost || plain.type == EventType::kCartAtLeast;
  if (is_cart && !became_difference(plain, x_world.events)) return false;
  x_world.events.push_back(std::move(plain));
  x_known_at.push_back(known_at);
  return true;
}

}  // namespace rekindle::naive
