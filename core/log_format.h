// The values in the log's streams.
//
// events value (a record), one per batch and partition:
//   1 version (1) · 1 kind · 1 flags (bit 0: the event clock, see below) · 8 now, ms
//   · 8 fire bound time, ms · 16 fire bound key · content
//   kind 1 events: event records (core/event_format.h), back to back to the end
//   kind 2 tick:   nothing
//   kind 3 rules:  encode_rules bytes
//   kind 4 insights: core/insights.h: boundaries that moved and models that are new, in order
//   kind 5 redefinition: 1 step (core/redefinition.h) · begin: encode_rules bytes · evaluate:
//                  varint first, varint end of the visitor numbers · switch: nothing
//   kind 6 erasure: per visitor: varint number · 16 stand-in key (core/erasure.h)
//   kind 7 voices: core/voice_change.h, back to back to the end
// now: the shard's clock when it cut the batch. With the event clock, each event first moves the
// partition's clock up to its own `at`.
// fire bound: before the content is applied, deadlines up to and including (time, key) fire.
//
// changes value: 1 version · 4 count · changes (core/change.h)
// sessions value: 1 version · 4 count · sessions (core/change.h)
// claims value: 1 version · 4 count · claims (core/claim.h)
// quarantine value: 1 version · 8 received_at · reason, source, detail, raw
//   (varint length each) · if known, site (the same)
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/log.h"
#include "core/time.h"

namespace rekindle {

inline constexpr uint8_t kLogFormatVersion = 1;
inline constexpr size_t kRecordHeaderBytes = 35;
inline constexpr size_t kEffectsHeaderBytes = 5;

enum class RecordKind : uint8_t {
  kEvents = 1,
  kTick = 2,
  kRules = 3,
  kInsights = 4,
  kRedefinition = 5,
  kErasure = 6,
  kVoices = 7,
};

// Where firing stopped: deadlines are ordered by (time, key).
struct FireBound {
  EventTime time = EventTime::before_all();
  VisitorKey key;
  friend constexpr auto operator<=>(const FireBound&, const FireBound&) = default;
};

struct RecordHeader {
  RecordKind kind = RecordKind::kEvents;
  bool event_clock = false;
  EventTime now;
  FireBound fire;
};

void append_record_header(const RecordHeader& header, std::string& out);
// Leaves the content. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<RecordHeader> read_record_header(std::string_view record,
                                                      std::string_view& content);

// The header of a changes or sessions value; write it again over the first bytes once the count is
// known.
void write_effects_header(uint32_t count, char* out);
// Leaves the content. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<uint32_t> read_effects_header(std::string_view value,
                                                   std::string_view& content);

void append_quarantine(const QuarantineEntry& entry, std::string& out);
[[nodiscard]] Result<QuarantineEntry> read_quarantine(uint64_t id, std::string_view value);

}  // namespace rekindle
