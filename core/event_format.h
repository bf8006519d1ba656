// An event as bytes in the log. Written by the io thread that decoded it, read by the shard (live)
// and by replay: one code path for both.
//
//   offset  size
//   0       4      length of the whole record, these 4 bytes included
//   4       1      version: 2 when decision or offer follows, else 1
//   5       1      flags: bit 0 has value, bit 1 erased (below), bit 2 of a bot
//   6       2      field mask: which strings follow, bit i = i-th of kStringFields
//   8       16     visitor key
//   24      8      event type code
//   32      8      event id hash, 0 none
//   40      8      at, ms
//   48      8      received_at, ms
//   56      4      site id
//   60      …      [8 value] · visitor name (1-byte length) · strings (varint length each)
//                  · varint item count · items: product, category, brand (varint length each),
//                  zigzag varint price + 1 bit of presence, varint quantity
//
// Numbers are little-endian. A change of layout takes a new version; old ones stay readable.
//
// Erased: what is left of an event of a visitor who was erased, with nothing of it but `at`, which
// may have moved the clock, and instead of the key 0 and the visitor's number in their partition,
// so that a replay gives everybody else the number they had. It has no site, name, type or string.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/event.h"

namespace rekindle {

inline constexpr uint8_t kEventFormatVersion = 2;
inline constexpr size_t kEventHeaderBytes = 60;

// Appends the record of `event` to `out`. Errors: kEventTooLarge (then `out` is as before).
// REQUIRES: the strings are within limits; every decoder checks them through EventBuilder.
[[nodiscard]] Result<void> append_event(const Event& event, std::string& out);

// Appends what is left of an event of an erased visitor.
void append_erased_event(VisitorNumber number, EventTime at, std::string& out);
// REQUIRES: a whole record.
[[nodiscard]] bool is_erased_event(std::string_view record);
[[nodiscard]] VisitorNumber erased_event_number(std::string_view record);
[[nodiscard]] EventTime event_record_at(std::string_view record);

// The length of the record that starts at `bytes`, or 0 when it is not whole.
[[nodiscard]] size_t event_record_size(std::string_view bytes);
// The visitor key of a record, for routing without reading the rest. REQUIRES: a whole record.
[[nodiscard]] VisitorKey event_record_visitor(std::string_view record);

// Reads one record. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<void> read_event(std::string_view record, Event& event);

}  // namespace rekindle
