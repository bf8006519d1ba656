// The canonical vocabulary of event types (GA4 names) and custom:NAME types.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rekindle {

// Built-in types have these fixed codes (they reach disk: append only, never renumber). Any other
// value is the hash of a custom type's name with the top bit set.
enum class EventType : uint64_t {
  kNone = 0,
  kPageView = 1,
  kViewItem = 2,
  kViewItemList = 3,
  kSelectItem = 4,
  kSearch = 5,
  kAddToCart = 6,
  kRemoveFromCart = 7,
  kViewCart = 8,
  kAddToWishlist = 9,
  kBeginCheckout = 10,
  kAddPaymentInfo = 11,
  kPurchase = 12,
  kRefund = 13,
  kSignUp = 14,
  kLogin = 15,
  kSubscribe = 16,
  kUnsubscribe = 17,
  kIdentify = 18,
  kAlias = 19,
  kConsent = 20,
  kOfferShown = 21,
  kOfferClicked = 22,
  kOfferDismissed = 23,
  kOfferConverted = 24,
  kEmailOpen = 25,
  kEmailClick = 26,
  kSupportContact = 27,
  kSocialLike = 28,
  kSocialShare = 29,
  kSocialComment = 30,
  kSocialFollow = 31,
  // A cart told whole, as two events: what operators/cart_state makes of them is a remove_from_cart
  // and an add_to_cart of the difference, or nothing.
  kCartAtMost = 32,   // what is in the cart beyond the items left it
  kCartAtLeast = 33,  // what of the items is not in the cart came into it
  // What decide chose (core/decision.h). Written by shards only: no sender may name it, and of the
  // operators only operators/offers sees it.
  kOfferDecided = 34,
};

inline constexpr uint64_t kNamedTypes = 34;    // codes 1 … 33: those that senders may name
inline constexpr uint64_t kBuiltInTypes = 35;  // codes 1 … 34
inline constexpr uint64_t kCustomTypeBit = 1ULL << 63;

constexpr bool is_custom(EventType type) {
  return (static_cast<uint64_t>(type) & kCustomTypeBit) != 0;
}

// "purchase" → kPurchase, "custom:quiz" → its code, anything else → nothing.
[[nodiscard]] std::optional<EventType> parse_event_type(std::string_view name);
[[nodiscard]] EventType custom_type(std::string_view name_without_prefix);
// The canonical name of a built-in type; "custom" for others (their names live with the event).
[[nodiscard]] std::string_view name_of(EventType type);
// False for what was shown or sent to the visitor rather than done by them; `any` leaves those out.
[[nodiscard]] constexpr bool done_by_visitor(EventType type) {
  return type != EventType::kOfferShown && type != EventType::kOfferConverted &&
         type != EventType::kOfferDecided;
}

}  // namespace rekindle
