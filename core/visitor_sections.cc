#include "core/visitor_sections.h"

#include "core/bytes.h"
#include "core/item_name_format.h"
#include "core/limits.h"

namespace rekindle {
namespace {

constexpr int64_t kTimeMsMax = int64_t{1} << 53;

enum LifetimeBit : uint8_t {
  kOrdersBit = 1,
  kPurchasedBit = 2,
  kRefundedBit = 4,
  kCouponBit = 8,
  kFirstOrderBit = 16,
  kLastOrderBit = 32,
};

uint8_t parts_of(const Lifetime& lifetime) {
  const bool first = lifetime.first_order != EventTime::never();
  const bool last =
      lifetime.last_order != EventTime::before_all() && lifetime.last_order != lifetime.first_order;
  return static_cast<uint8_t>(
      (lifetime.orders != 0 ? kOrdersBit : 0) | (lifetime.purchased != 0 ? kPurchasedBit : 0) |
      (lifetime.refunded != 0 ? kRefundedBit : 0) | (lifetime.coupon_orders != 0 ? kCouponBit : 0) |
      (first ? kFirstOrderBit : 0) | (last ? kLastOrderBit : 0));
}

}  // namespace

EventTime base_of(const Visitor& visitor) {
  return visitor.first_seen == EventTime::never() ? EventTime{} : visitor.first_seen;
}

void put_time(EventTime at, EventTime base, ByteWriter& writer) {
  writer.signed_varint(at.ms - base.ms);
}

EventTime get_time(EventTime base, ByteReader& reader) {
  const int64_t offset = reader.signed_varint();
  if (offset > kTimeMsMax || offset < -kTimeMsMax) reader.fail();
  return reader.ok() ? base + milliseconds(offset) : EventTime{};
}

void put_times(const Visitor& visitor, ByteWriter& writer) {
  const bool first = visitor.first_seen != EventTime::never();
  const bool last = visitor.last_seen != EventTime::before_all();
  const bool deadline = visitor.deadline != EventTime::never();
  if (!first && !last && !deadline) return;
  writer.fixed(static_cast<uint8_t>((first ? 1 : 0) | (last ? 2 : 0) | (deadline ? 4 : 0)));
  const EventTime base = base_of(visitor);
  if (first) put_time(visitor.first_seen, {}, writer);
  if (last) put_time(visitor.last_seen, base, writer);
  if (deadline) put_time(visitor.deadline, last ? visitor.last_seen : base, writer);
}

void get_times(ByteReader& reader, Visitor& visitor) {
  const auto presence = reader.fixed<uint8_t>();
  if ((presence & 1) != 0) visitor.first_seen = get_time({}, reader);
  const EventTime base = base_of(visitor);
  if ((presence & 2) != 0) visitor.last_seen = get_time(base, reader);
  if ((presence & 4) != 0) {
    visitor.deadline = get_time((presence & 2) != 0 ? visitor.last_seen : base, reader);
  }
}

void put_event_ids(const Visitor& visitor, ByteWriter& writer) {
  const SeenIds& seen = visitor.seen;
  const size_t size = seen.event_ids.size();
  if (size == 0) return;
  const size_t oldest = size < limits::kDedupeIdsMax ? 0 : seen.next;
  const char* const ids = reinterpret_cast<const char*>(seen.event_ids.data());
  writer.raw({ids + oldest * sizeof(NameHash), (size - oldest) * sizeof(NameHash)});
  writer.raw({ids, oldest * sizeof(NameHash)});
}

void get_hashes(ByteReader& reader, size_t most, CompactVector<NameHash>& hashes) {
  if (reader.left() % sizeof(NameHash) != 0 || reader.left() / sizeof(NameHash) > most) {
    return reader.fail();
  }
  hashes.reserve(reader.left() / sizeof(NameHash));
  while (!reader.at_end()) hashes.push_back(reader.fixed<NameHash>());
}

void put_lifetime(const Lifetime& lifetime, EventTime base, ByteWriter& writer) {
  const uint8_t parts = parts_of(lifetime);
  if (parts == 0 && lifetime.events == 0) return;
  writer.varint(static_cast<uint64_t>(lifetime.events));
  if (parts == 0) return;
  writer.fixed(parts);
  if ((parts & kOrdersBit) != 0) writer.varint(static_cast<uint64_t>(lifetime.orders));
  if ((parts & kPurchasedBit) != 0) writer.signed_varint(lifetime.purchased);
  if ((parts & kRefundedBit) != 0) writer.signed_varint(lifetime.refunded);
  if ((parts & kCouponBit) != 0) writer.varint(static_cast<uint64_t>(lifetime.coupon_orders));
  const bool first = (parts & kFirstOrderBit) != 0;
  if (first) put_time(lifetime.first_order, base, writer);
  if ((parts & kLastOrderBit) != 0) {
    put_time(lifetime.last_order, first ? lifetime.first_order : base, writer);
  }
}

void get_lifetime(ByteReader& reader, EventTime base, Lifetime& lifetime) {
  lifetime.events = static_cast<int64_t>(reader.varint());
  if (reader.at_end()) return;
  const auto parts = reader.fixed<uint8_t>();
  if ((parts & kOrdersBit) != 0) lifetime.orders = static_cast<int64_t>(reader.varint());
  if ((parts & kPurchasedBit) != 0) lifetime.purchased = reader.signed_varint();
  if ((parts & kRefundedBit) != 0) lifetime.refunded = reader.signed_varint();
  if ((parts & kCouponBit) != 0) lifetime.coupon_orders = static_cast<int64_t>(reader.varint());
  const bool first = (parts & kFirstOrderBit) != 0;
  // One order is both the first and the last.
  if (first) lifetime.first_order = lifetime.last_order = get_time(base, reader);
  if ((parts & kLastOrderBit) != 0) {
    lifetime.last_order = get_time(first ? lifetime.first_order : base, reader);
  }
}

void put_cart(const Cart& cart, EventTime base, ByteWriter& writer) {
  const bool touched = cart.changed_at != EventTime::before_all();
  if (!touched && cart.lines.empty()) return;
  writer.fixed(static_cast<uint8_t>(touched ? 1 : 0));
  if (touched) put_time(cart.changed_at, base, writer);
  const EventTime cart_at = touched ? cart.changed_at : base;
  writer.varint(cart.lines.size());
  for (const CartLine& line : cart.lines) {
    const bool has_category = line.category != kNoName;
    const bool has_price = line.price != kNoMoney;
    const bool has_time = line.changed_at != cart_at;
    writer.varint(uint64_t{line.quantity} * 8 + (has_category ? 4u : 0u) + (has_price ? 2u : 0u) +
                  (has_time ? 1u : 0u));
    put_item_name(line.product, writer);
    if (has_category) put_item_name(line.category, writer);
    if (has_price) writer.signed_varint(line.price);
    if (has_time) put_time(line.changed_at, cart_at, writer);
  }
}

void get_cart(ByteReader& reader, EventTime base, Cart& cart) {
  constexpr size_t kLeastLineBytes = 1 + kItemNameBytes;
  EventTime cart_at = base;
  if (reader.fixed<uint8_t>() != 0) cart_at = cart.changed_at = get_time(base, reader);
  const size_t count = reader.count(kLeastLineBytes);
  if (count > limits::kCartLinesMax) return reader.fail();
  cart.lines.resize(count);
  for (CartLine& line : cart.lines) {
    const uint64_t head = reader.varint();
    if (head / 8 > UINT32_MAX) return reader.fail();
    line.quantity = static_cast<uint32_t>(head / 8);
    line.product = get_item_name(reader);
    if ((head & 4) != 0) line.category = get_item_name(reader);
    if ((head & 2) != 0) line.price = reader.signed_varint();
    line.changed_at = (head & 1) != 0 ? get_time(cart_at, reader) : cart_at;
  }
}

void put_memberships(const Visitor& visitor, EventTime base, ByteWriter& writer) {
  if (visitor.memberships.empty()) return;
  writer.varint(visitor.memberships.size());
  uint16_t before = 0;
  EventTime since = base;
  for (const Membership& membership : visitor.memberships) {
    const auto step = static_cast<uint16_t>(to_index(membership.audience) - before);
    const bool changed = membership.definition_version != 1;
    writer.varint(step * 4u + (changed ? 2u : 0u) + (membership.since != since ? 1u : 0u));
    if (changed) writer.varint(membership.definition_version);
    if (membership.since != since) put_time(membership.since, since, writer);
    before = to_index(membership.audience);
    since = membership.since;
  }
}

void get_memberships(ByteReader& reader, EventTime base, Visitor& visitor) {
  const size_t count = reader.count(1);
  if (count > limits::kMembershipsMax) return reader.fail();
  visitor.memberships.resize(count);
  uint64_t audience = 0;
  EventTime since = base;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t head = reader.varint();
    const uint64_t step = head / 4;
    audience += step;
    if (step > 0xffff || audience > 0xffff) return reader.fail();
    Membership& membership = visitor.memberships[i];
    membership.audience = AudienceId{static_cast<uint16_t>(audience)};
    membership.definition_version =
        (head & 2) != 0 ? static_cast<uint32_t>(reader.varint()) : uint32_t{1};
    if ((head & 1) != 0) since = get_time(since, reader);
    membership.since = since;
    if (i > 0 && membership.of() <= visitor.memberships[i - 1].of()) return reader.fail();
  }
}

}  // namespace rekindle
