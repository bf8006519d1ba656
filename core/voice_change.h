// What a record of RecordKind::kVoices says of one visitor: that they are alone again, are quiet,
// or speak for their person, and then which audiences the person entered and left since it was
// looked at last. Nothing of other visitors is in it.
//
//   16 key · 1 kind · who speaks: voice (core/voice.h, base 0) · varint steps · per step: varint
//   (audience × 4 + entered × 2 + by time) · varint definition version · zigzag at, ms · [entered:
//   zigzag since − at]
#pragma once

#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/visitor.h"
#include "core/voice.h"

namespace rekindle {

// The person entered or left an audience.
struct VoiceStep {
  AudienceVersion audience;
  bool entered = false;
  bool by_time = false;  // at an instant at which nothing had happened but time
  EventTime at;
  EventTime since;  // entered: in it since

  friend bool operator==(const VoiceStep&, const VoiceStep&) = default;
};

struct VoiceChange {
  VisitorKey visitor;
  VoiceKind kind = VoiceKind::kAlone;
  Voice voice;                   // who speaks
  std::vector<VoiceStep> steps;  // the same, in the order they happened

  friend bool operator==(const VoiceChange&, const VoiceChange&) = default;
};

void append_voice_change(const VoiceChange& change, ByteWriter& writer);
[[nodiscard]] bool read_voice_change(ByteReader& reader, VoiceChange& change);

// What is asked of a partition: to have a visitor be of this kind.
struct VoiceLook {
  VisitorKey visitor;
  VoiceKind wanted = VoiceKind::kAlone;
  std::vector<Visitor> others;  // of who is to speak: what the rest of the person is
};

}  // namespace rekindle
