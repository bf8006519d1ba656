#include "cli/naive/plain_event.h"

#include <simdjson.h>

#include <algorithm>
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
  x_world.events.push_back(plain_event(event));
  x_known_at.push_back(known_at);
  return true;
}

}  // namespace rekindle::naive
