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
//  24 offers       core/offer_history_format.h
//  25 claimed      8 each, in the order they were claimed
//  26 voice        core/voice.h
//  31 additions    core/event_addition.h, in the order they came: only in what was appended, where
//                  identity, event ids, orders and timeline never are
#include "core/visitor_format.h"

#include "core/bytes.h"
#include "core/event_addition.h"
#include "core/limits.h"
#include "core/offer_history_format.h"
#include "core/profile_format.h"
#include "core/visitor_sections.h"

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
  kOffers = 24,
  kClaimed = 25,
  kVoice = 26,
  kAdditions = 31,
};
constexpr uint8_t kAppendedHere = 0;  // in the place of a tag

// Writes one section: content goes straight to the output. Its length is put before it afterwards,
// for which most need the one byte that was left for it.
template <typename Fill>
void section(Tag tag, std::string& out, Fill&& fill) {
  const size_t start = out.size();
  out.push_back(static_cast<char>(tag));
  out.push_back('\0');
  const size_t content = out.size();
  ByteWriter writer(out);
  fill(writer);
  const size_t size = out.size() - content;
  if (size == 0) return out.resize(start);
  if (size < 0x80) {
    out[content - 1] = static_cast<char>(size);
    return;
  }
  std::string length;
  ByteWriter(length).varint(size);
  out.replace(content - 1, 1, length);
}

void get_claimed(ByteReader& reader, Profile& profile) {
  if (reader.left() % sizeof(NameHash) != 0 ||
      reader.left() / sizeof(NameHash) > limits::kClaimedMax) {
    return reader.fail();
  }
  while (!reader.at_end()) profile.claimed.push_back(reader.fixed<NameHash>());
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
    case kOffers:
      visitor.offers = std::make_unique<OfferHistory>();
      return get_offers(reader, base, *visitor.offers);
    case kClaimed: return get_claimed(reader, profile_of(visitor));
    case kVoice:
      visitor.voice = std::make_unique<Voice>();
      return get_voice(reader, base, *visitor.voice);
    case kAdditions: {
      Event scratch;
      while (reader.ok() && !reader.at_end()) get_addition(reader, scratch, visitor);
      return;
    }
  }
  static_cast<void>(reader.raw(reader.left()));  // a tag this release does not know
}

constexpr uint32_t bit_of(Tag tag) {
  return 1u << tag;
}
constexpr uint32_t kAllTags = ~0u;
constexpr uint32_t kTotalsTags = bit_of(kIdentity) | bit_of(kTimes) | bit_of(kLifetime);
constexpr uint32_t kNeverAppended =
    bit_of(kIdentity) | bit_of(kEventIds) | bit_of(kOrders) | bit_of(kTimeline);

// What an append says anew begins empty.
void forget_all_but_lists(Visitor& visitor) {
  Visitor kept;
  kept.key = visitor.key;
  kept.name = std::move(visitor.name);
  kept.number = visitor.number;
  kept.site = visitor.site;
  kept.seen = std::move(visitor.seen);
  kept.timeline = std::move(visitor.timeline);
  visitor = std::move(kept);
}

Result<StoredBytes> read_sections(std::string_view bytes, uint32_t tags, Visitor& visitor) {
  const VisitorKey key = visitor.key;
  visitor = Visitor{};
  visitor.key = key;
  const Error corrupt{ErrorCode::kCorruptRecord, {}};
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version == 0) return corrupt;
  if (version > kVisitorFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  StoredBytes read{bytes.size(), 0, 0};
  uint8_t before = 0;
  while (reader.ok() && !reader.at_end()) {
    const size_t at = bytes.size() - reader.left();
    const auto tag = reader.fixed<uint8_t>();
    if (tag == kAppendedHere) {
      if (before == 0) return corrupt;
      if (read.appends++ == 0) read.whole = at;
      forget_all_but_lists(visitor);
      before = 0;
      continue;
    }
    ByteReader content(reader.bytes());
    if (!reader.ok() || tag <= before) return corrupt;
    before = tag;
    if (tag < 32) {
      const uint32_t never = read.appends == 0 ? bit_of(kAdditions) : kNeverAppended;
      if ((never & bit_of(Tag{tag})) != 0) return corrupt;
      if ((tags & bit_of(Tag{tag})) == 0) continue;
    }
    read_section(Tag{tag}, content, visitor);
    if (!content.ok() || !content.at_end()) return corrupt;
  }
  if (!reader.ok() || before == 0) return corrupt;
  read.appended = bytes.size() - read.whole;
  return read;
}

void put_times_section(const Visitor& visitor, std::string& out) {
  section(kTimes, out, [&](ByteWriter& writer) { put_times(visitor, writer); });
}

// All sections behind the lists.
void put_what_is_in_no_list(const Visitor& visitor, EventTime base, std::string& out) {
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
  if (const OfferHistory* offers = visitor.offers.get(); offers != nullptr && !offers->empty()) {
    section(kOffers, out, [&](ByteWriter& writer) { put_offers(*offers, base, writer); });
  }
  section(kClaimed, out, [&](ByteWriter& writer) {
    if (visitor.profile == nullptr) return;
    for (const NameHash id : visitor.profile->claimed) writer.fixed(id);
  });
  section(kVoice, out, [&](ByteWriter& writer) {
    if (visitor.voice != nullptr) put_voice(*visitor.voice, base, writer);
  });
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
  put_times_section(visitor, out);
  section(kEventIds, out, [&](ByteWriter& writer) { put_event_ids(visitor, writer); });
  section(kOrders, out, [&](ByteWriter& writer) {
    for (const NameHash order : visitor.seen.orders) writer.fixed(order);
  });
  section(kTimeline, out, [&](ByteWriter& writer) {
    if (!visitor.timeline.lists().empty()) visitor.timeline.encode(writer, base);
  });
  put_what_is_in_no_list(visitor, base, out);
}

void encode_appended(const Visitor& visitor, std::string_view additions, std::string& out) {
  out.push_back(static_cast<char>(kAppendedHere));
  put_times_section(visitor, out);
  put_what_is_in_no_list(visitor, base_of(visitor), out);
  section(kAdditions, out, [&](ByteWriter& writer) { writer.raw(additions); });
}

Result<StoredBytes> decode_visitor(std::string_view bytes, Visitor& visitor) {
  return read_sections(bytes, kAllTags, visitor);
}

Result<std::string> written_whole(std::string_view bytes) {
  Visitor visitor;
  const auto read = decode_visitor(bytes, visitor);
  if (!read) return read.error();
  if (read->appends == 0) return std::string(bytes);
  std::string whole;
  encode_visitor(visitor, whole);
  return whole;
}

Result<StoredBytes> decode_totals(std::string_view bytes, Visitor& visitor) {
  return read_sections(bytes, kTotalsTags, visitor);
}

}  // namespace rekindle
