#include "core/event_type.h"

#include <array>

#include "core/ids.h"
#include "core/limits.h"

namespace rekindle {
namespace {

constexpr std::array<std::string_view, kBuiltInTypes> kNames = {
    "none",           "page_view",        "view_item",        "view_item_list",  "select_item",
    "search",         "add_to_cart",      "remove_from_cart", "view_cart",       "add_to_wishlist",
    "begin_checkout", "add_payment_info", "purchase",         "refund",          "sign_up",
    "login",          "subscribe",        "unsubscribe",      "identify",        "alias",
    "consent",        "offer_shown",      "offer_clicked",    "offer_dismissed", "offer_converted",
    "email_open",     "email_click",      "support_contact",  "social_like",     "social_share",
    "social_comment", "social_follow",    "cart_at_most",     "cart_at_least",   "offer_decided"};

constexpr std::string_view kCustomPrefix = "custom:";

}  // namespace

std::optional<EventType> parse_event_type(std::string_view name) {
  for (uint64_t code = 1; code < kNamedTypes; ++code) {
    if (kNames[code] == name) return EventType{code};
  }
  if (!name.starts_with(kCustomPrefix)) return std::nullopt;
  name.remove_prefix(kCustomPrefix.size());
  if (name.empty() || name.size() > limits::kCustomTypeBytesMax) return std::nullopt;
  return custom_type(name);
}

EventType custom_type(std::string_view name) {
  return EventType{name_hash(name) | kCustomTypeBit};
}

std::string_view name_of(EventType type) {
  return is_custom(type) ? "custom" : kNames[static_cast<uint64_t>(type) % kBuiltInTypes];
}

}  // namespace rekindle
