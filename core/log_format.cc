#include "core/log_format.h"

#include "core/bytes.h"

namespace rekindle {
namespace {

constexpr uint8_t kEventClock = 1;

Result<void> check_version(uint8_t version) {
  if (version == 0) return Error{ErrorCode::kCorruptRecord, {}};
  if (version > kLogFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  return {};
}

}  // namespace

void append_record_header(const RecordHeader& header, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kLogFormatVersion);
  writer.fixed(header.kind);
  writer.fixed(static_cast<uint8_t>(header.event_clock ? kEventClock : 0));
  writer.fixed(header.now.ms);
  writer.fixed(header.fire.time.ms);
  writer.fixed(header.fire.key.high);
  writer.fixed(header.fire.key.low);
}

Result<RecordHeader> read_record_header(std::string_view record, std::string_view& content) {
  ByteReader reader(record);
  const auto version = reader.fixed<uint8_t>();
  RecordHeader header;
  header.kind = reader.fixed<RecordKind>();
  header.event_clock = (reader.fixed<uint8_t>() & kEventClock) != 0;
  header.now.ms = reader.fixed<int64_t>();
  header.fire.time.ms = reader.fixed<int64_t>();
  header.fire.key.high = reader.fixed<uint64_t>();
  header.fire.key.low = reader.fixed<uint64_t>();
  if (!reader.ok()) return Error{ErrorCode::kCorruptRecord, {}};
  if (auto known = check_version(version); !known) return known.error();
  if (header.kind < RecordKind::kEvents || header.kind > RecordKind::kVoices) {
    return Error{ErrorCode::kCorruptRecord, {}};
  }
  content = record.substr(kRecordHeaderBytes);
  return header;
}

void write_effects_header(uint32_t count, char* out) {
  out[0] = static_cast<char>(kLogFormatVersion);
  std::memcpy(out + 1, &count, sizeof(count));
}

Result<uint32_t> read_effects_header(std::string_view value, std::string_view& content) {
  ByteReader reader(value);
  const auto version = reader.fixed<uint8_t>();
  const auto count = reader.fixed<uint32_t>();
  if (!reader.ok()) return Error{ErrorCode::kCorruptRecord, {}};
  if (auto known = check_version(version); !known) return known.error();
  content = value.substr(kEffectsHeaderBytes);
  return count;
}

void append_quarantine(const QuarantineEntry& entry, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kLogFormatVersion);
  writer.fixed(entry.received_at.ms);
  writer.bytes(entry.reason);
  writer.bytes(entry.source);
  writer.bytes(entry.detail);
  writer.bytes(entry.raw);
  if (!entry.site.empty()) writer.bytes(entry.site);
}

Result<QuarantineEntry> read_quarantine(uint64_t id, std::string_view value) {
  ByteReader reader(value);
  const auto version = reader.fixed<uint8_t>();
  QuarantineEntry entry;
  entry.id = id;
  entry.received_at.ms = reader.fixed<int64_t>();
  entry.reason = reader.bytes();
  entry.source = reader.bytes();
  entry.detail = reader.bytes();
  entry.raw = reader.bytes();
  if (!reader.at_end()) entry.site = reader.bytes();
  if (!reader.ok()) return Error{ErrorCode::kCorruptRecord, {}};
  if (auto known = check_version(version); !known) return known.error();
  return entry;
}

}  // namespace rekindle
