// Who speaks for a person. Of the visitors who are one person (docs/identity.md) one enters and
// leaves audiences for all of them; the others are quiet: in no audience, and nothing evaluates
// them. Which one that is, and which audiences the person is in, is found by core/voices.h, which
// looks at all of them as one; a record of the partition says what was found (core/voice_change.h),
// so a replay needs none of the others.
#pragma once

#include <cstdint>

#include "core/ad_consent.h"
#include "core/bytes.h"
#include "core/time.h"

namespace rekindle {

struct Visitor;

enum class VoiceKind : uint8_t { kAlone, kQuiet, kSpeaks };

// What a visitor of a person of several keeps; one who is alone has none.
struct Voice {
  bool speaks = false;
  // Of who speaks. due: when time alone may change the person's audiences, or earlier.
  EventTime due = EventTime::never();
  AdConsent consent;  // of all of them

  friend bool operator==(const Voice&, const Voice&) = default;
};

[[nodiscard]] VoiceKind kind_of(const Voice* voice);  // null: kAlone

// What may be done with a visitor's data: of who speaks, what all of the person answered, and what
// they themselves have answered since.
[[nodiscard]] AdConsent ad_consent_of(const Visitor& visitor);

// 1 flags (bit 0 speaks, 1 has due, 2 and 3 share's answer, 4 ever granted, 5 and 6 personalise's
// answer, 7 ever granted) · [zigzag due − base]
void put_voice(const Voice& voice, EventTime base, ByteWriter& writer);
// Fails the reader when no voice is so.
void get_voice(ByteReader& reader, EventTime base, Voice& voice);

}  // namespace rekindle
