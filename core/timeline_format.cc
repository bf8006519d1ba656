// A timeline as bytes, inside core/visitor_format.h's timeline section:
//
//   items:   varint count · per item: 1 byte of 2-bit codes for product, category, brand
//            (0 absent, 1 new: 6 bytes follow, 2 as in the item before, 3 a varint follows: how
//            many new categories and brands ago, in the order they appeared)
//   lists:   varint count · per list, ascending by type: varint type ·
//            varint (entries × 2 + has past) · [zigzag exact_since − base · tiles] · entries
//   entry:   zigzag (first: at − base) or varint (at − previous at) ·
//            varint (items × 8 + has order × 4 + has value × 2 + (pieces ≠ items)) ·
//            [zigzag value] · [varint pieces] · [8 order] · varint item number per item
//
// base is the visitor's first_seen. A list always has an entry: the newest of a type stays.
// Items are numbered by first use, so equal content gives equal bytes.
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <bit>

#include "core/item_name_format.h"
#include "core/timeline.h"

namespace rekindle {
namespace {

constexpr size_t kEarlierNamesMax = 127;  // how far back a name is looked for: one byte
constexpr int64_t kTimeMsMax = int64_t{1} << 52;
constexpr uint16_t kUnused = 0xffff;

constexpr uint8_t kOrderBit = 4;
constexpr uint8_t kValueBit = 2;
constexpr uint8_t kPiecesBit = 1;

// Categories and brands in the order they first appeared; only the newest few are searched.
class Names {
 public:
  // How many names ago, from 1; 0 when it is not among the newest, where no name is twice.
  [[nodiscard]] size_t distance(NameHash name) const {
    const size_t most = std::min(x_names.size(), kEarlierNamesMax);
    const NameHash* const newest = x_names.data() + x_names.size() - most;
    // Eight at a time without a branch between them: the processor compares them at once.
    size_t place = 0;
    for (; place + 8 <= most; place += 8) {
      size_t found = 0;
      for (size_t i = 0; i < 8; ++i) found |= newest[place + i] == name ? i + 1 : 0;
      if (found != 0) return most - (place + found - 1);
    }
    for (; place < most; ++place) {
      if (newest[place] == name) return most - place;
    }
    return 0;
  }
  [[nodiscard]] NameHash at_distance(uint64_t back) const {
    return back == 0 || back > x_names.size() ? kNoName : x_names[x_names.size() - back];
  }
  void add(NameHash name) { x_names.push_back(name); }

 private:
  absl::InlinedVector<NameHash, kEarlierNamesMax> x_names;  // most visitors need no allocation
};

ItemNameCode code_of(NameHash name, NameHash before, size_t distance) {
  const ItemNameCode code = item_name_code(name, before);
  return code == kNew && distance != 0 ? kEarlier : code;
}

void encode_name(ItemNameCode code, NameHash name, size_t distance, ByteWriter& writer) {
  if (code == kNew) put_item_name(name, writer);
  if (code == kEarlier) writer.varint(distance);
}

NameHash decode_name(unsigned code, NameHash before, Names& names, ByteReader& reader) {
  NameHash name = kNoName;
  switch (code & 3) {
    case kAbsent: return kNoName;
    case kNew:
      name = get_item_name(reader);
      names.add(name);
      return name;
    case kAsBefore: return before;
    default:
      name = names.at_distance(reader.varint());
      if (name == kNoName) reader.fail();
      return name;
  }
}

bool is_sane(int64_t ms) {
  return ms <= kTimeMsMax && ms >= -kTimeMsMax;
}

}  // namespace

void Timeline::encode_items(ByteWriter& writer, std::span<const uint16_t> order) const {
  writer.varint(order.size());
  Names names;
  ItemKey before;
  const auto back_to = [&names](NameHash name, NameHash name_before) {
    return name == kNoName || name == name_before ? 0 : names.distance(name);
  };
  for (const uint16_t index : order) {
    const ItemKey& item = x_items[index];
    const ItemNameCode product = code_of(item.product, before.product, 0);
    const size_t category_back = back_to(item.category, before.category);
    const ItemNameCode category = code_of(item.category, before.category, category_back);
    if (category == kNew) names.add(item.category);
    const size_t brand_back = back_to(item.brand, before.brand);
    const ItemNameCode brand = code_of(item.brand, before.brand, brand_back);
    if (brand == kNew) names.add(item.brand);
    writer.fixed(static_cast<uint8_t>(product | category << 2 | brand << 4));
    encode_name(product, item.product, 0, writer);
    encode_name(category, item.category, category_back, writer);
    encode_name(brand, item.brand, brand_back, writer);
    before = item;
  }
}

bool Timeline::decode_items(ByteReader& reader) {
  const size_t count = reader.count(1);
  if (count > limits::kTimelineItemsMax) return false;
  x_items.reserve(count);
  Names products;  // new or as before; never looked up
  Names names;
  ItemKey item;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    const unsigned codes = reader.fixed<uint8_t>();
    if (codes >> 6 != 0 || (codes & 3) == kEarlier) return false;
    item.product = decode_name(codes, item.product, products, reader);
    item.category = decode_name(codes >> 2, item.category, names, reader);
    item.brand = decode_name(codes >> 4, item.brand, names, reader);
    x_items.push_back(item);
  }
  if (count >= kIndexedItemsMin) index_items(4 * std::bit_ceil(count));
  return reader.ok();
}

void Timeline::encode(ByteWriter& writer, EventTime base) const {
  constexpr size_t kTypicalItems = 256;
  absl::InlinedVector<uint16_t, kTypicalItems> renumbered(x_items.size(), kUnused);
  absl::InlinedVector<uint16_t, kTypicalItems> order;
  order.reserve(x_items.size());
  for (const List& list : x_lists) {
    for (const Entry& entry : list.entries()) {
      for (size_t line = 0; line < entry.line_count; ++line) {
        uint16_t& number = renumbered[item_index(entry, line)];
        if (number != kUnused) continue;
        number = static_cast<uint16_t>(order.size());
        order.push_back(static_cast<uint16_t>(item_index(entry, line)));
      }
    }
  }
  encode_items(writer, order);
  writer.varint(x_lists.size());
  for (const List& list : x_lists) {
    encode_list(list, renumbered, base, writer);
  }
}

void Timeline::encode_list(const List& list, std::span<const uint16_t> renumbered, EventTime base,
                           ByteWriter& writer) const {
  writer.varint(static_cast<uint64_t>(list.type));
  writer.varint(list.entries().size() * 2 + (list.x_past ? 1 : 0));
  if (list.x_past) {
    writer.signed_varint(list.x_past->exact_since.ms - base.ms);
    list.x_past->tiles.encode(writer);
  }
  EventTime before = base;
  bool first = true;
  for (const Entry& entry : list.entries()) {
    const int64_t step = entry.at.ms - before.ms;
    first ? writer.signed_varint(step) : writer.varint(static_cast<uint64_t>(step));
    first = false;
    before = entry.at;
    const bool has_value = entry.value != kNoMoney;
    const bool has_pieces = entry.pieces != entry.line_count;
    writer.varint(entry.line_count * 8u + (entry.has_order ? kOrderBit : 0u) +
                  (has_value ? kValueBit : 0u) + (has_pieces ? kPiecesBit : 0u));
    if (has_value) writer.signed_varint(entry.value);
    if (has_pieces) writer.varint(entry.pieces);
    if (entry.has_order) writer.fixed(order_of(entry));
    for (size_t i = 0; i < entry.line_count; ++i) {
      writer.varint(renumbered[item_index(entry, i)]);
    }
  }
}

bool Timeline::decode(ByteReader& reader, EventTime base) {
  *this = Timeline{};
  if (!is_sane(base.ms) || !decode_items(reader)) return false;
  const size_t count = reader.count(2);
  if (count > limits::kTimelineListsMax) return false;
  x_lists.reserve(count);
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    List list;
    if (!decode_list(reader, base, list)) return false;
    if (!x_lists.empty() && x_lists.back().type >= list.type) return false;
    x_size += static_cast<uint32_t>(list.x_entries.size());
    x_lists.push_back(std::move(list));
  }
  return reader.ok() && x_size <= limits::kTimelineEntriesMax &&
         x_live_units <= limits::kTimelineLinesMax;
}

bool Timeline::decode_list(ByteReader& reader, EventTime base, List& list) {
  list.type = EventType{reader.varint()};
  const uint64_t head = reader.varint();
  const uint64_t count = head / 2;
  if (count == 0 || count > limits::kTimelineEntriesMax || count > reader.left()) return false;
  if (head % 2 != 0) {
    list.x_past = std::make_unique<List::Past>();
    const int64_t since = reader.signed_varint();
    if (!is_sane(since)) return false;
    list.x_past->exact_since = base + milliseconds(since);
    if (!list.x_past->tiles.decode(reader)) return false;
  }
  list.x_entries.reserve(count);
  EventTime before = base;
  for (uint64_t i = 0; i < count; ++i) {
    const int64_t step = i == 0 ? reader.signed_varint() : static_cast<int64_t>(reader.varint());
    if (!is_sane(step) || (i > 0 && step < 0) || !is_sane(before.ms + step)) return false;
    before = before + milliseconds(step);
    Entry entry;
    entry.at = before;
    if (!decode_entry(reader, entry)) return false;
    list.x_entries.push_back(entry);
  }
  return reader.ok();
}

bool Timeline::decode_entry(ByteReader& reader, Entry& entry) {
  const uint64_t head = reader.varint();
  const uint64_t lines = head / 8;
  if (lines > limits::kItemsPerEventMax || lines > reader.left()) return false;
  if ((head & kValueBit) != 0) entry.value = reader.signed_varint();
  const uint64_t pieces = (head & kPiecesBit) != 0 ? reader.varint() : lines;
  if (pieces > UINT32_MAX) return false;
  entry.pieces = static_cast<uint32_t>(pieces);
  entry.line_count = lines & 0x7ff;
  entry.has_order = (head & kOrderBit) != 0;
  if (is_pooled(entry)) entry.lines = x_lines.size() & 0xfffff;
  if (entry.has_order) {
    const auto order = reader.fixed<NameHash>();
    for (size_t i = 0; i < kOrderUnits; ++i) {
      x_lines.push_back(static_cast<uint16_t>(order >> (16 * i)));
    }
  }
  for (uint64_t i = 0; i < lines; ++i) {
    const uint64_t item = reader.varint();
    if (item >= x_items.size()) return false;
    if (is_pooled(entry)) {
      x_lines.push_back(static_cast<uint16_t>(item));
    } else {
      entry.lines = item & 0xfffff;
    }
  }
  x_live_units += static_cast<uint32_t>(units_of(entry));
  return x_live_units <= limits::kTimelineLinesMax;
}

}  // namespace rekindle
