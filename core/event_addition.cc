#include "core/event_addition.h"

#include <algorithm>

#include "core/item_name_format.h"
#include "core/limits.h"
#include "core/visitor.h"

namespace rekindle {
namespace {

constexpr unsigned kId = 1;
constexpr unsigned kOrder = 2;
constexpr unsigned kKept = 4;
constexpr unsigned kValue = 8;
constexpr unsigned kPieces = 16;
constexpr uint64_t kItem = 32;
constexpr int64_t kTimeMsMax = int64_t{1} << 52;

void put_item(const Item& item, const Item& before, ByteWriter& writer) {
  const ItemNameCode product = item_name_code(item.product_hash, before.product_hash);
  const ItemNameCode category = item_name_code(item.category_hash, before.category_hash);
  const ItemNameCode brand = item_name_code(item.brand_hash, before.brand_hash);
  writer.fixed(static_cast<uint8_t>(product | category << 2 | brand << 4));
  if (product == kNew) put_item_name(item.product_hash, writer);
  if (category == kNew) put_item_name(item.category_hash, writer);
  if (brand == kNew) put_item_name(item.brand_hash, writer);
}

NameHash get_name(unsigned code, NameHash before, ByteReader& reader) {
  switch (code & 3) {
    case kAbsent: return kNoName;
    case kNew: return get_item_name(reader);
    case kAsBefore: return before;
    default: return reader.fail(), kNoName;
  }
}

// Prices and the quantities of single items are in no list: the sums stand for them.
void get_items(ByteReader& reader, size_t count, uint32_t pieces, Event& event) {
  event.items.resize(count);
  const Item none;
  const Item* before = &none;
  for (Item& item : event.items) {
    const unsigned codes = reader.fixed<uint8_t>();
    if (codes >> 6 != 0) return reader.fail();
    item.product_hash = get_name(codes, before->product_hash, reader);
    item.category_hash = get_name(codes >> 2, before->category_hash, reader);
    item.brand_hash = get_name(codes >> 4, before->brand_hash, reader);
    item.quantity = &item == &event.items.front() ? pieces : 0;
    before = &item;
  }
}

}  // namespace

void put_addition(const Event& event, ByteWriter& writer) {
  const bool has_id = event.event_id != kNoName;
  const bool has_order = event.order_hash != kNoName;
  const size_t items = event.is_kept ? std::min(event.items.size(), limits::kItemsPerEventMax) : 0;
  const int64_t worth = event.is_kept ? worth_of(event) : kNoMoney;
  const uint32_t pieces = event.is_kept ? pieces_of(event) : 0;
  writer.varint(items * kItem + (pieces != items ? kPieces : 0u) +
                (worth != kNoMoney ? kValue : 0u) + (event.is_kept ? kKept : 0u) +
                (has_order ? kOrder : 0u) + (has_id ? kId : 0u));
  writer.varint(static_cast<uint64_t>(event.type));
  if (has_id) writer.fixed(event.event_id);
  if (has_order) writer.fixed(event.order_hash);
  if (!event.is_kept) return;
  writer.signed_varint(event.at.ms);
  if (worth != kNoMoney) writer.signed_varint(worth);
  if (pieces != items) writer.varint(pieces);
  const Item none;
  for (size_t i = 0; i < items; ++i) {
    put_item(event.items[i], i == 0 ? none : event.items[i - 1], writer);
  }
}

void get_addition(ByteReader& reader, Event& event, Visitor& visitor) {
  event.clear();
  const uint64_t head = reader.varint();
  event.type = EventType{reader.varint()};
  if ((head & kId) != 0) event.event_id = reader.fixed<NameHash>();
  if ((head & kOrder) != 0) event.order_hash = reader.fixed<NameHash>();
  const uint64_t items = head / kItem;
  const bool is_kept = (head & kKept) != 0;
  if (is_kept) {
    if (items > limits::kItemsPerEventMax || items > reader.left()) return reader.fail();
    event.at = EventTime{reader.signed_varint()};
    if (event.at.ms > kTimeMsMax || event.at.ms < -kTimeMsMax) return reader.fail();
    if ((head & kValue) != 0) event.value = reader.signed_varint();
    const uint64_t pieces = (head & kPieces) != 0 ? reader.varint() : items;
    if (pieces > UINT32_MAX) return reader.fail();
    get_items(reader, items, static_cast<uint32_t>(pieces), event);
  }
  if (!reader.ok()) return;
  if (event.type == EventType::kPurchase && event.order_hash != kNoName) {
    visitor.seen.add_order(event.order_hash);
  }
  if (event.event_id != kNoName) visitor.seen.add_event(event.event_id);
  if (is_kept) static_cast<void>(visitor.timeline.add(event));
}

}  // namespace rekindle
