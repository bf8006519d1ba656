#include "core/voice_change.h"

#include "core/visitor_sections.h"

namespace rekindle {
namespace {

constexpr uint64_t kByTime = 1;
constexpr uint64_t kEntered = 2;
constexpr unsigned kAudienceShift = 2;
constexpr size_t kLeastStepBytes = 3;

}  // namespace

void append_voice_change(const VoiceChange& change, ByteWriter& writer) {
  writer.fixed(change.visitor.high);
  writer.fixed(change.visitor.low);
  writer.fixed(change.kind);
  if (change.kind != VoiceKind::kSpeaks) return;
  put_voice(change.voice, EventTime{}, writer);
  writer.varint(change.steps.size());
  for (const VoiceStep& step : change.steps) {
    writer.varint(uint64_t{to_index(step.audience.id)} << kAudienceShift |
                  (step.entered ? kEntered : 0) | (step.by_time ? kByTime : 0));
    writer.varint(step.audience.version);
    writer.signed_varint(step.at.ms);
    if (step.entered) writer.signed_varint(step.since.ms - step.at.ms);
  }
}

bool read_voice_change(ByteReader& reader, VoiceChange& change) {
  change = {};
  change.visitor.high = reader.fixed<uint64_t>();
  change.visitor.low = reader.fixed<uint64_t>();
  change.kind = reader.fixed<VoiceKind>();
  if (change.kind > VoiceKind::kSpeaks) reader.fail();
  if (!reader.ok() || change.kind != VoiceKind::kSpeaks) return reader.ok();
  get_voice(reader, EventTime{}, change.voice);
  if (!change.voice.speaks) reader.fail();
  change.steps.resize(reader.count(kLeastStepBytes));
  for (VoiceStep& step : change.steps) {
    const uint64_t head = reader.varint();
    const uint64_t version = reader.varint();
    step.by_time = (head & kByTime) != 0;
    step.entered = (head & kEntered) != 0;
    step.audience.id = AudienceId{static_cast<uint16_t>(head >> kAudienceShift)};
    step.audience.version = static_cast<uint32_t>(version);
    step.at = get_time(EventTime{}, reader);
    step.since = step.entered ? get_time(step.at, reader) : step.at;
    if (head >> kAudienceShift > UINT16_MAX || version > UINT32_MAX) reader.fail();
  }
  return reader.ok();
}

}  // namespace rekindle
