#include "io/decoders/commerce.h"

#include <algorithm>

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

struct Word {
  std::string_view name;  // lower case
  std::string_view type;
};
constexpr Word kWords[] = {{"products searched", "search"},
                           {"product list viewed", "view_item_list"},
                           {"product list filtered", "view_item_list"},
                           {"viewed product category", "view_item_list"},
                           {"product clicked", "select_item"},
                           {"clicked product", "select_item"},
                           {"product viewed", "view_item"},
                           {"viewed product", "view_item"},
                           {"product added", "add_to_cart"},
                           {"added product", "add_to_cart"},
                           {"wishlist product added to cart", "add_to_cart"},
                           {"product removed", "remove_from_cart"},
                           {"removed product", "remove_from_cart"},
                           {"cart viewed", "view_cart"},
                           {"viewed cart", "view_cart"},
                           {"product added to wishlist", "add_to_wishlist"},
                           {"checkout started", "begin_checkout"},
                           {"started checkout", "begin_checkout"},
                           {"payment info entered", "add_payment_info"},
                           {"order completed", "purchase"},
                           {"completed order", "purchase"},
                           {"order refunded", "refund"},
                           {"product shared", "social_share"},
                           {"cart shared", "social_share"},
                           {"signed up", "sign_up"},
                           {"signed in", "login"},
                           {"logged in", "login"},
                           {"email opened", "email_open"},
                           {"email link clicked", "email_click"},
                           {"unsubscribed", "unsubscribe"}};

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '_' ? ' ' : c;
}

bool is_word(std::string_view sent, std::string_view word) {
  return sent.size() == word.size() && std::equal(sent.begin(), sent.end(), word.begin(),
                                                  [](char a, char b) { return folded(a) == b; });
}

// Shops send one category or a list of them, the first being the main one.
JsonValue main_one(JsonValue value) {
  return value.is(Kind::kArray) ? value.first() : value;
}

bool names_product(JsonValue object) {
  return object["product_id"] || object["sku"] || object["productId"];
}

void read_product(JsonValue product, EventDraft& draft) {
  RawItem* const item = draft.add_item();
  if (item == nullptr) return;
  if (!product.is(Kind::kObject)) return draft.fail(ErrorCode::kWrongType, "products");
  draft.set(&RawItem::product, *item,
            first_of(product["product_id"], product["sku"], product["productId"], product["id"]));
  draft.set(&RawItem::category, *item, main_one(product["category"]));
  draft.set(&RawItem::brand, *item, product["brand"]);
  draft.set_money(item->price, product["price"]);
  draft.set_quantity(*item, product["quantity"]);
}

void read_items(JsonValue properties, EventDraft& draft) {
  const JsonValue products = properties["products"];
  const JsonValue category = main_one(properties["category"]);
  if (products.is(Kind::kArray)) {
    for (JsonValue product = products.first(); product.exists(); product = product.next()) {
      read_product(product, draft);
    }
  } else if (names_product(properties)) {
    read_product(properties, draft);
  } else if (draft.event.type == "view_item_list" && category) {
    RawItem* const item = draft.add_item();
    if (item != nullptr) draft.set(&RawItem::category, *item, category);
  }
  if (draft.event.type != "view_item_list" || !category) return;
  const std::string_view of_list = draft.text_of(category, "category");
  for (RawItem& item : draft.event.items) {
    if (item.category.empty()) item.category = of_list;
  }
}

JsonValue value_of(JsonValue properties, std::string_view type) {
  const JsonValue revenue = properties["revenue"];
  const JsonValue total = properties["total"];
  const JsonValue value = properties["value"];
  if (type == "purchase") return first_of(revenue, total, value);
  if (type == "refund") return first_of(total, value, revenue);
  return first_of(value, revenue, total);
}

}  // namespace

std::string_view commerce_type(std::string_view event_name) {
  const auto* const found =
      std::find_if(std::begin(kWords), std::end(kWords),
                   [&](const Word& word) { return is_word(event_name, word.name); });
  return found == std::end(kWords) ? std::string_view() : found->type;
}

void read_commerce(JsonValue properties, EventDraft& draft) {
  if (!properties.is(Kind::kObject)) return;
  RawEvent& event = draft.event;
  read_items(properties, draft);
  draft.set_money(event.value, value_of(properties, event.type));
  // A refund is a positive amount here; some send it as what it does to the turnover.
  if (event.type == "refund" && event.value.starts_with('-')) event.value.remove_prefix(1);
  draft.set(&RawEvent::currency, first_of(properties["currency"]));
  draft.set(&RawEvent::order, first_of(properties["order_id"], properties["orderId"]));
  draft.set(&RawEvent::coupon,
            first_of(properties["coupon"], properties["coupon_id"], properties["coupon_name"]));
  draft.set(&RawEvent::query, properties["query"]);
}

}  // namespace rekindle::io
