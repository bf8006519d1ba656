#include "core/event_format.h"

#include "core/assert.h"
#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle {
namespace {

using StringField = std::string_view Event::*;

// The order is the bit order of the field mask: append only.
constexpr StringField kStringFields[] = {&Event::custom_type,
                                         &Event::order,
                                         &Event::coupon,
                                         &Event::user,
                                         &Event::url,
                                         &Event::referrer,
                                         &Event::campaign_source,
                                         &Event::campaign_medium,
                                         &Event::campaign_name,
                                         &Event::query,
                                         &Event::channel,
                                         &Event::consent,
                                         &Event::props,
                                         &Event::decision,
                                         &Event::offer};
static_assert(std::size(kStringFields) <= 16);

constexpr uint8_t kHasValue = 1;
constexpr uint8_t kErased = 2;
constexpr uint8_t kOfBot = 4;
constexpr uint16_t kVersion1Fields = (1u << 13) - 1;  // the strings that version 1 knows

template <typename T>
T load(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

void append_items(const Event& event, ByteWriter& writer) {
  writer.varint(event.items.size());
  for (const Item& item : event.items) {
    writer.bytes(item.product);
    writer.bytes(item.category);
    writer.bytes(item.brand);
    writer.varint(item.price == kNoMoney ? 0 : 1);
    if (item.price != kNoMoney) writer.signed_varint(item.price);
    writer.varint(item.quantity);
  }
}

void read_items(ByteReader& reader, Event& event) {
  constexpr size_t kLeastItemBytes = 5;
  const size_t count = reader.count(kLeastItemBytes);
  if (count > limits::kItemsPerEventMax) return reader.fail();
  event.items.resize(count);
  for (Item& item : event.items) {
    item.product = reader.bytes();
    item.category = reader.bytes();
    item.brand = reader.bytes();
    item.price = reader.varint() == 0 ? kNoMoney : reader.signed_varint();
    item.quantity = static_cast<uint32_t>(reader.varint());
    item.product_hash = item_name_hash(item.product);
    item.category_hash = item_name_hash(item.category);
    item.brand_hash = item_name_hash(item.brand);
  }
}

}  // namespace

int64_t worth_of(const Event& event) {
  if (event.value != kNoMoney) return event.value;
  int64_t sum = 0;
  bool any = false;
  for (const Item& item : event.items) {
    if (item.price == kNoMoney) continue;
    any = true;
    // Each factor is bounded by limits.h; the product may still leave the range of money.
    const __int128 line = static_cast<__int128>(item.price) * item.quantity;
    if (line > limits::kMoneyMinorMax || line < -limits::kMoneyMinorMax) return kNoMoney;
    sum += static_cast<int64_t>(line);
  }
  return any ? sum : kNoMoney;
}

uint32_t pieces_of(const Event& event) {
  uint64_t pieces = 0;
  for (const Item& item : event.items) pieces += item.quantity;
  return static_cast<uint32_t>(pieces);  // 2,000 items × 1 M pieces fit
}

Result<void> append_event(const Event& event, std::string& out) {
  const size_t start = out.size();
  ByteWriter writer(out);
  uint16_t mask = 0;
  for (size_t i = 0; i < std::size(kStringFields); ++i) {
    if (!(event.*kStringFields[i]).empty()) mask = static_cast<uint16_t>(mask | (1u << i));
  }
  writer.fixed(uint32_t{0});
  writer.fixed((mask & ~kVersion1Fields) == 0 ? uint8_t{1} : kEventFormatVersion);
  writer.fixed(static_cast<uint8_t>((event.value == kNoMoney ? 0 : kHasValue) |
                                    (event.is_bot ? kOfBot : 0)));
  writer.fixed(mask);
  writer.fixed(event.visitor.high);
  writer.fixed(event.visitor.low);
  writer.fixed(event.type);
  writer.fixed(event.event_id);
  writer.fixed(event.at.ms);
  writer.fixed(event.received_at.ms);
  writer.fixed(event.site);
  if (event.value != kNoMoney) writer.fixed(event.value);
  writer.fixed(static_cast<uint8_t>(event.visitor_name.size()));
  writer.raw(event.visitor_name);
  for (size_t i = 0; i < std::size(kStringFields); ++i) {
    if ((mask & (1u << i)) != 0) writer.bytes(event.*kStringFields[i]);
  }
  append_items(event, writer);

  const size_t size = out.size() - start;
  if (size > limits::kEventRecordBytesMax) {
    out.resize(start);
    return Error{ErrorCode::kEventTooLarge, {}};
  }
  const auto size32 = static_cast<uint32_t>(size);
  std::memcpy(out.data() + start, &size32, sizeof(size32));
  return {};
}

void append_erased_event(VisitorNumber number, EventTime at, std::string& out) {
  constexpr uint32_t kSize = kEventHeaderBytes + 2;
  const size_t start = out.size();
  ByteWriter writer(out);
  writer.fixed(kSize);
  writer.fixed(kEventFormatVersion);
  writer.fixed(kErased);
  writer.fixed(uint16_t{0});
  writer.fixed(uint64_t{0});
  writer.fixed(uint64_t{number});
  writer.fixed(EventType::kNone);
  writer.fixed(uint64_t{0});
  writer.fixed(at.ms);
  writer.fixed(at.ms);
  writer.fixed(SiteId{});
  writer.fixed(uint8_t{0});  // no name
  writer.varint(0);          // no items
  RK_ASSERT(out.size() - start == kSize);
}

bool is_erased_event(std::string_view record) {
  return (load<uint8_t>(record, 5) & kErased) != 0;
}

VisitorNumber erased_event_number(std::string_view record) {
  return static_cast<VisitorNumber>(load<uint64_t>(record, 16));
}

EventTime event_record_at(std::string_view record) {
  return {load<int64_t>(record, 40)};
}

size_t event_record_size(std::string_view bytes) {
  if (bytes.size() < kEventHeaderBytes) return 0;
  const auto size = load<uint32_t>(bytes, 0);
  return size < kEventHeaderBytes || size > bytes.size() ? 0 : size;
}

VisitorKey event_record_visitor(std::string_view record) {
  return {load<uint64_t>(record, 8), load<uint64_t>(record, 16)};
}

Result<void> read_event(std::string_view record, Event& event) {
  event.clear();
  if (record.empty() || event_record_size(record) != record.size()) {
    return Error{ErrorCode::kCorruptRecord, {}};
  }
  const auto version = load<uint8_t>(record, 4);
  if (version == 0) return Error{ErrorCode::kCorruptRecord, {}};
  if (version > kEventFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  const auto flags = load<uint8_t>(record, 5);
  const auto mask = load<uint16_t>(record, 6);
  event.is_bot = (flags & kOfBot) != 0;
  event.visitor = event_record_visitor(record);
  event.type = load<EventType>(record, 24);
  event.event_id = load<uint64_t>(record, 32);
  event.at.ms = load<int64_t>(record, 40);
  event.received_at.ms = load<int64_t>(record, 48);
  event.site = load<SiteId>(record, 56);

  ByteReader reader(record.substr(kEventHeaderBytes));
  if ((flags & kHasValue) != 0) event.value = reader.fixed<int64_t>();
  event.visitor_name = reader.raw(reader.fixed<uint8_t>());
  for (size_t i = 0; i < std::size(kStringFields); ++i) {
    if ((mask & (1u << i)) != 0) event.*kStringFields[i] = reader.bytes();
  }
  event.order_hash = name_hash(event.order);
  read_items(reader, event);
  if (!reader.ok() || !reader.at_end()) return Error{ErrorCode::kCorruptRecord, {}};
  return {};
}

}  // namespace rekindle
