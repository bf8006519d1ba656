// A profile as bytes: the content of three sections of core/visitor_format.h, which alone calls
// this. Texts are [varint length][bytes]; times are zigzag milliseconds against the time before,
// the first one against `base`.
//
//   traits     per trait, to the end: name · value (empty: taken back) · at
//   consents   per purpose, to the end: varint (was granted × 256 + length × 2 + granted)
//              · purpose · at
//   campaigns  1 which (bit 0 first, 1 last, 2 last is the same as first) · [first: source · medium
//              · name · at] · [last, unless it is the same: source · medium · name · at]
//
// Traits and purposes ascend by name. Readers fail their ByteReader on anything over the limits.
#pragma once

#include "core/bytes.h"
#include "core/profile.h"

namespace rekindle {

void put_traits(const Profile& profile, EventTime base, ByteWriter& writer);
void put_consents(const Profile& profile, EventTime base, ByteWriter& writer);
void put_campaigns(const Profile& profile, EventTime base, ByteWriter& writer);

void get_traits(ByteReader& reader, EventTime base, Profile& profile);
void get_consents(ByteReader& reader, EventTime base, Profile& profile);
void get_campaigns(ByteReader& reader, EventTime base, Profile& profile);

}  // namespace rekindle
