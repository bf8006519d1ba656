// Stops a product that the visitor bought, that lies in the cart, or that was just given back.
#pragma once

#include <algorithm>

#include "operators/decide/guards/offer_guard.h"
#include "operators/decide/guards/product_lines.h"

namespace rekindle::operators::guards {

inline constexpr Duration kRefundRest = days(30);  // a refunded product is not offered again

inline constexpr OfferGuard kOfferRefunded{
    "just_refunded", [](const OfferJudged& judged) {
      const EventTime at =
          last_line_of(judged.view.visitor.timeline, EventType::kRefund, judged.rule.product);
      return judged.rule.product != kNoName && at > judged.view.now - kRefundRest;
    }};
inline constexpr OfferGuard kOfferOwned{
    "owned", [](const OfferJudged& judged) {
      return judged.rule.product != kNoName &&
             last_line_of(judged.view.visitor.timeline, EventType::kPurchase,
                          judged.rule.product) != EventTime::before_all();
    }};
inline constexpr OfferGuard kOfferInCart{
    "in_cart", [](const OfferJudged& judged) {
      const NameHash product = judged.rule.product;
      if (product == kNoName) return false;
      const auto& asked = judged.view.request.cart;
      if (!asked.empty()) {
        return std::any_of(asked.begin(), asked.end(),
                           [&](const std::string& id) { return item_name_hash(id) == product; });
      }
      const auto& lines = judged.view.visitor.cart.lines;
      return std::any_of(lines.begin(), lines.end(),
                         [&](const CartLine& line) { return line.product == product; });
    }};

}  // namespace rekindle::operators::guards
