// What one event added to a visitor's lists (seen ids, timeline), as bytes: a few dozen, where the
// lists may be thousands. Read back in order onto the lists as they were, they give the lists as
// they became.
//
//   varint (items × 32 + pieces ≠ items × 16 + has value × 8 + kept × 4 + has order × 2 + has id)
//   · varint type · [8 event id] · [8 order] · when kept in the timeline: zigzag at (since 1970) ·
//   [zigzag value] · [varint pieces] · per item: 1 byte of 2-bit codes for product, category, brand
//   (0 absent, 1 new: 6 bytes follow, 2 as in the item before)
#pragma once

#include "core/bytes.h"
#include "core/event.h"

namespace rekindle {

struct Visitor;

// REQUIRES: operators have seen the event, and event.is_remembered.
void put_addition(const Event& event, ByteWriter& writer);
// Adds one to the visitor. Fails the reader when the bytes cannot be what put_addition wrote.
// `event` is scratch.
void get_addition(ByteReader& reader, Event& event, Visitor& visitor);

}  // namespace rekindle
