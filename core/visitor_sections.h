// The contents of a stored visitor's sections, each written and read side by side. The layout of
// all of them, and who they are for, is told in core/visitor_format.cc, the only caller.
//
// Readers fail the ByteReader when the bytes cannot be what a writer here wrote.
#pragma once

#include "core/bytes.h"
#include "core/visitor.h"

namespace rekindle {

// What the other times of a visitor are told against.
[[nodiscard]] EventTime base_of(const Visitor& visitor);

void put_time(EventTime at, EventTime base, ByteWriter& writer);
[[nodiscard]] EventTime get_time(EventTime base, ByteReader& reader);

void put_times(const Visitor& visitor, ByteWriter& writer);
void get_times(ByteReader& reader, Visitor& visitor);

void put_event_ids(const Visitor& visitor, ByteWriter& writer);
// Event ids or order ids: at most so many.
void get_hashes(ByteReader& reader, size_t most, CompactVector<NameHash>& hashes);

void put_lifetime(const Lifetime& lifetime, EventTime base, ByteWriter& writer);
void get_lifetime(ByteReader& reader, EventTime base, Lifetime& lifetime);

void put_cart(const Cart& cart, EventTime base, ByteWriter& writer);
void get_cart(ByteReader& reader, EventTime base, Cart& cart);

void put_memberships(const Visitor& visitor, EventTime base, ByteWriter& writer);
void get_memberships(ByteReader& reader, EventTime base, Visitor& visitor);

}  // namespace rekindle
