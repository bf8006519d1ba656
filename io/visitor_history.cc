#include "io/visitor_history.h"

#include <fmt/format.h>

#include "core/money.h"

namespace rekindle::io {
namespace {

void add_hash(JsonObject& object, std::string_view name, NameHash hash, int digits) {
  if (hash != kNoName) object.text(name, fmt::format("{:0{}x}", hash, digits));
}
constexpr int kItemDigits = 2 * static_cast<int>(kItemNameBytes);
constexpr int kIdDigits = 16;

void add_money(JsonObject& object, std::string_view name, int64_t minor, Currency currency) {
  char text[32];
  if (minor != kNoMoney) object.text(name, format_minor(minor, currency, text));
}

void append_entry(std::string& out, const Timeline& timeline, EventType type,
                  const Timeline::Entry& entry, Currency currency) {
  JsonObject object(out);
  object.text("type", name_of(type));
  object.time("at", entry.at.ms);
  add_money(object, "value", entry.value, currency);
  if (entry.pieces > 0) object.number("pieces", static_cast<uint64_t>(entry.pieces));
  add_hash(object, "order", timeline.order_of(entry), kIdDigits);
  std::string& items = object.key("items");
  items.push_back('[');
  JsonList list(items);
  for (size_t i = 0; i < entry.line_count; ++i) {
    const ItemKey& item = timeline.item_of(entry, i);
    list.next();
    JsonObject line(items);
    add_hash(line, "product", item.product, kItemDigits);
    add_hash(line, "category", item.category, kItemDigits);
    add_hash(line, "brand", item.brand, kItemDigits);
    line.close();
  }
  items.push_back(']');
  object.close();
}

void append_timeline(std::string& out, const Timeline& timeline, Currency currency) {
  out.push_back('[');
  JsonList list(out);
  for (const Timeline::List& type : timeline.lists()) {
    for (const Timeline::Entry& entry : type.entries()) {
      list.next();
      append_entry(out, timeline, type.type, entry, currency);
    }
  }
  out.push_back(']');
}

// Types of which older events are only kept as sums.
void append_summarised(std::string& out, const Timeline& timeline) {
  out.push_back('[');
  JsonList list(out);
  for (const Timeline::List& type : timeline.lists()) {
    if (type.tiles() == nullptr) continue;
    list.next();
    JsonObject object(out);
    object.text("type", name_of(type.type));
    object.time("before", type.exact_since().ms);
    object.close();
  }
  out.push_back(']');
}

void append_cart_lines(std::string& out, const Cart& cart, Currency currency) {
  out.push_back('[');
  JsonList list(out);
  for (const CartLine& line : cart.lines) {
    list.next();
    JsonObject object(out);
    add_hash(object, "product", line.product, kItemDigits);
    add_hash(object, "category", line.category, kItemDigits);
    object.number("quantity", static_cast<uint64_t>(line.quantity));
    add_money(object, "price", line.price, currency);
    object.time("changed_at", line.changed_at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_hashes(std::string& out, const CompactVector<NameHash>& hashes) {
  out.push_back('[');
  JsonList list(out);
  for (const NameHash hash : hashes) {
    list.next();
    out.append(fmt::format("\"{:016x}\"", hash));
  }
  out.push_back(']');
}

}  // namespace

void append_history(JsonObject& object, const Visitor& visitor, const Site& site) {
  append_timeline(object.key("timeline"), visitor.timeline, site.currency);
  append_summarised(object.key("summarised"), visitor.timeline);
  append_cart_lines(object.key("cart_lines"), visitor.cart, site.currency);
  append_hashes(object.key("orders"), visitor.seen.orders);
  append_hashes(object.key("event_ids"), visitor.seen.event_ids);
}

}  // namespace rekindle::io
