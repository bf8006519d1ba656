// The sections, ascending by tag. Times are zigzag milliseconds against first_seen ("base") unless
// said otherwise; never() and before_all() never get that far: presence has a bit.
//
//   1 identity     4 site · varint number · name to the end
//   2 times        1 presence (bit 0 first_seen, 1 last_seen, 2 deadline) · zigzag first_seen
//                  · last_seen · deadline − last_seen (or − base)
//   3 event ids    8 each, oldest first
//   4 orders       8 each, oldest first
//   5 timeline     core/timeline_format.cc
//   6 lifetime     varint events · [1 presence (bit 0 orders, 1 purchased, 2 refunded, 3 coupon
//                  orders, 4 first_order, 5 last_order ≠ first_order) · those present: varint
//                  counts, zigzag money, first_order, last_order − first_order (or − base)]
//   7 cart         1 presence of changed_at · [changed_at] · varint lines · per line: varint
//                  (quantity × 8 + has category × 4 + has price × 2 + (changed_at ≠ the cart's)) ·
//                  6 product · [6 category] · [zigzag price] · [changed_at − the cart's (or −
//                  base)]
//   8 session      start · zigzag last − start · varint events
//   9 memberships  varint count · per membership: varint ((audience − the one before) × 4 +
//                  (version ≠ 1) × 2 + (since ≠ the one before's)) · [varint version] ·
//                  [since − the one before's]; before the first: audience 0, since base
//  10 traits, 11 consents, 12 campaigns   core/profile_format.h
#include "core/visitor_format.h"

#include "core/bytes.h"
#include "core/item_name_format.h"
#include "core/limits.h"
#include "core/profile_format.h"

namespace rekindle {
namespace {

enum Tag : uint8_t {
  kIdentity = 1,
  kTimes = 2,
  kEventIds = 3,
  kOrders = 4,
  kTimeline = 5,
  kLifetime = 6,
  kCart = 7,
  kSession = 8,
  kMemberships = 9,
  kTraits = 10,
  kConsents = 11,
  kCampaigns = 12,
};

constexpr int64_t kTimeMsMax = int64_t{1} << 53;

// Writes one section: content goes straight to the output, its length is put before it afterwards.
template <typename Fill>
void section(Tag tag, std::string& out, Fill&& fill) {
  const size_t start = out.size();
  ByteWriter writer(out);
  fill(writer);
  if (out.size() == start) return;
  std::string head(1, static_cast<char>(tag));
  ByteWriter(head).varint(out.size() - start);
  out.insert(start, head);
}

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

Profile& profile_of(Visitor& visitor) {
  if (visitor.profile == nullptr) visitor.profile = std::make_unique<Profile>();
  return *visitor.profile;
}

void read_section(Tag tag, ByteReader& reader, Visitor& visitor) {
  const EventTime base = base_of(visitor);
  switch (tag) {
    case kIdentity:
      visitor.site = reader.fixed<SiteId>();
      visitor.number = static_cast<VisitorNumber>(reader.varint());
      if (reader.left() > limits::kVisitorNameBytesMax) return reader.fail();
      visitor.name = reader.raw(reader.left());
      return;
    case kTimes: return get_times(reader, visitor);
    case kEventIds: return get_hashes(reader, limits::kDedupeIdsMax, visitor.seen.event_ids);
    case kOrders: return get_hashes(reader, limits::kOrdersMax, visitor.seen.orders);
    case kTimeline:
      if (!visitor.timeline.decode(reader, base)) reader.fail();
      return;
    case kLifetime: return get_lifetime(reader, base, visitor.lifetime);
    case kCart: return get_cart(reader, base, visitor.cart);
    case kSession:
      visitor.session.open = true;
      visitor.session.start = get_time(base, reader);
      visitor.session.last = get_time(visitor.session.start, reader);
      visitor.session.events = static_cast<uint32_t>(reader.varint());
      return;
    case kMemberships: return get_memberships(reader, base, visitor);
    case kTraits: return get_traits(reader, base, profile_of(visitor));
    case kConsents: return get_consents(reader, base, profile_of(visitor));
    case kCampaigns: return get_campaigns(reader, base, profile_of(visitor));
  }
  static_cast<void>(reader.raw(reader.left()));  // a tag this release does not know
}

constexpr uint32_t bit_of(Tag tag) {
  return 1u << tag;
}
constexpr uint32_t kAllTags = ~0u;
constexpr uint32_t kTotalsTags = bit_of(kIdentity) | bit_of(kTimes) | bit_of(kLifetime);

Result<void> read_sections(std::string_view bytes, uint32_t tags, Visitor& visitor) {
  const VisitorKey key = visitor.key;
  visitor = Visitor{};
  visitor.key = key;
  const Error corrupt{ErrorCode::kCorruptRecord, {}};
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version == 0) return corrupt;
  if (version > kVisitorFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  uint8_t before = 0;
  while (reader.ok() && !reader.at_end()) {
    const auto tag = reader.fixed<uint8_t>();
    ByteReader content(reader.bytes());
    if (!reader.ok() || tag <= before) return corrupt;
    before = tag;
    if (tag < 32 && (tags & bit_of(Tag{tag})) == 0) continue;
    read_section(Tag{tag}, content, visitor);
    if (!content.ok() || !content.at_end()) return corrupt;
  }
  if (!reader.ok() || before == 0) return corrupt;
  return {};
}

}  // namespace

void encode_visitor(const Visitor& visitor, std::string& out) {
  const EventTime base = base_of(visitor);
  out.push_back(static_cast<char>(kVisitorFormatVersion));
  section(kIdentity, out, [&](ByteWriter& writer) {
    writer.fixed(visitor.site);
    writer.varint(visitor.number);
    writer.raw(visitor.name);
  });
  section(kTimes, out, [&](ByteWriter& writer) { put_times(visitor, writer); });
  section(kEventIds, out, [&](ByteWriter& writer) { put_event_ids(visitor, writer); });
  section(kOrders, out, [&](ByteWriter& writer) {
    for (const NameHash order : visitor.seen.orders) writer.fixed(order);
  });
  section(kTimeline, out, [&](ByteWriter& writer) {
    if (!visitor.timeline.lists().empty()) visitor.timeline.encode(writer, base);
  });
  section(kLifetime, out,
          [&](ByteWriter& writer) { put_lifetime(visitor.lifetime, base, writer); });
  section(kCart, out, [&](ByteWriter& writer) { put_cart(visitor.cart, base, writer); });
  section(kSession, out, [&](ByteWriter& writer) {
    if (!visitor.session.open) return;
    put_time(visitor.session.start, base, writer);
    put_time(visitor.session.last, visitor.session.start, writer);
    writer.varint(visitor.session.events);
  });
  section(kMemberships, out, [&](ByteWriter& writer) { put_memberships(visitor, base, writer); });
  if (const Profile* profile = visitor.profile.get()) {
    section(kTraits, out, [&](ByteWriter& writer) { put_traits(*profile, base, writer); });
    section(kConsents, out, [&](ByteWriter& writer) { put_consents(*profile, base, writer); });
    section(kCampaigns, out, [&](ByteWriter& writer) { put_campaigns(*profile, base, writer); });
  }
}

Result<void> decode_visitor(std::string_view bytes, Visitor& visitor) {
  return read_sections(bytes, kAllTags, visitor);
}

Result<void> decode_totals(std::string_view bytes, Visitor& visitor) {
  return read_sections(bytes, kTotalsTags, visitor);
}

}  // namespace rekindle
