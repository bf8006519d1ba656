#include "io/decoders/snowplow_entities.h"

#include <algorithm>
#include <array>

#include "core/limits.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

struct Action {
  std::string_view name;
  std::string_view type;  // not canonical: custom
};
constexpr Action kActions[] = {
    {"add_to_cart", "add_to_cart"},      {"remove_from_cart", "remove_from_cart"},
    {"product_view", "view_item"},       {"list_view", "view_item_list"},
    {"list_click", "select_item"},       {"promo_view", "view_promotion"},
    {"promo_click", "select_promotion"}, {"checkout_step", "checkout_step"},
    {"transaction", "purchase"},         {"refund", "refund"},
    {"trns_error", "transaction_error"}};

// "…:a/b/c" → a, b, c.
std::array<std::string_view, 2> vendor_and_name(std::string_view schema) {
  if (!schema.starts_with("iglu:")) return {};
  schema.remove_prefix(5);
  const size_t slash = schema.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view rest = schema.substr(slash + 1);
  return {schema.substr(0, slash), rest.substr(0, rest.find('/'))};
}

bool is_commerce(std::string_view vendor) {
  return vendor == "com.snowplowanalytics.snowplow.ecommerce";
}

// Of the events from before the e-commerce vocabulary.
void read_cart_change(JsonValue data, EventDraft& draft) {
  RawItem* const item = draft.add_item();
  if (item == nullptr) return;
  draft.set(&RawItem::product, *item, data["sku"]);
  draft.set(&RawItem::category, *item, data["category"]);
  draft.set_money(item->price, first_of(data["unitPrice"], data["unit_price"]));
  draft.set_quantity(*item, data["quantity"]);
  draft.set(&RawEvent::currency, data["currency"]);
}

void read_search(JsonValue data, EventDraft& draft) {
  const JsonValue terms = data["terms"];
  if (!terms.is(Kind::kArray)) return draft.set(&RawEvent::query, terms);
  std::string_view all;
  for (JsonValue term = terms.first(); term.exists(); term = term.next()) {
    const std::string_view text = draft.text_of(term, "terms");
    all = all.empty() ? text : draft.arena.join({all, " ", text});
    if (all.size() > limits::kUrlBytesMax) break;  // it is cut there
  }
  draft.event.query = all;
}

void read_product(JsonValue data, EventDraft& draft) {
  RawItem* const item = draft.add_item();
  if (item == nullptr) return;
  draft.set(&RawItem::product, *item, data["id"]);
  draft.set(&RawItem::category, *item, data["category"]);
  draft.set(&RawItem::brand, *item, data["brand"]);
  draft.set_money(item->price, data["price"]);
  draft.set_quantity(*item, data["quantity"]);
  if (draft.event.currency.empty()) draft.set(&RawEvent::currency, data["currency"]);
}

void read_order(JsonValue data, JsonValue amount, EventDraft& draft) {
  draft.set(&RawEvent::order, data["transaction_id"]);
  draft.set(&RawEvent::currency, data["currency"]);
  draft.set(&RawEvent::coupon, data["discount_code"]);
  draft.set_money(draft.event.value, amount);
}

void read_checkout_step(JsonValue data, EventDraft& draft) {
  if (draft.event.type != "custom:checkout_step") return;
  if (data["payment_method"]) {
    draft.event.type = "add_payment_info";
  } else if (data["step"].text() == "1") {
    draft.event.type = "begin_checkout";
  }
}

void read_cart(JsonValue data, EventDraft& draft) {
  if (draft.event.currency.empty()) draft.set(&RawEvent::currency, data["currency"]);
  if (draft.event.type == "begin_checkout" || draft.event.type == "view_cart") {
    draft.set_money(draft.event.value, data["total_value"]);
  }
}

void read_entity(std::string_view name, JsonValue data, EventDraft& draft) {
  if (name == "product") return read_product(data, draft);
  if (name == "transaction") return read_order(data, data["revenue"], draft);
  if (name == "refund") return read_order(data, data["refund_amount"], draft);
  if (name == "checkout_step") return read_checkout_step(data, draft);
  if (name == "cart") return read_cart(data, draft);
  if (name == "user" && !data["is_guest"].is(Kind::kTrue) && draft.event.user.empty()) {
    draft.set(&RawEvent::user, data["id"]);
  }
}

}  // namespace

std::string_view schema_name(std::string_view schema) {
  return vendor_and_name(schema)[1];
}

void read_self_describing(JsonValue event, EventDraft& draft) {
  const JsonValue data = event["data"];
  const auto [vendor, name] = vendor_and_name(event["schema"].text());
  if (name.empty()) return draft.fail(ErrorCode::kMissingField, "schema");
  draft.set_props(data);
  if (is_commerce(vendor) && name == "snowplow_ecommerce_action") {
    const std::string_view type = data["type"].text();
    const auto* const known = std::find_if(std::begin(kActions), std::end(kActions),
                                           [type](const Action& a) { return a.name == type; });
    return draft.set_type(known == std::end(kActions) ? type : known->type);
  }
  if (name == "add_to_cart" || name == "remove_from_cart") read_cart_change(data, draft);
  if (name == "site_search") {
    read_search(data, draft);
    return draft.set_type("search");
  }
  draft.set_type(name == "screen_view" ? "page_view" : name);
}

void read_entities(JsonValue contexts, EventDraft& draft) {
  const JsonValue list = contexts["data"];
  for (JsonValue entity = list.first(); entity.exists(); entity = entity.next()) {
    const auto [vendor, name] = vendor_and_name(entity["schema"].text());
    if (is_commerce(vendor)) read_entity(name, entity["data"], draft);
  }
  // The cart's total is only known to be the event's once the step is.
  if (draft.event.type != "begin_checkout" || !draft.event.value.empty()) return;
  for (JsonValue entity = list.first(); entity.exists(); entity = entity.next()) {
    const auto [vendor, name] = vendor_and_name(entity["schema"].text());
    if (is_commerce(vendor) && name == "cart") read_cart(entity["data"], draft);
  }
}

}  // namespace rekindle::io
