#include "core/profile_format.h"

#include "core/limits.h"

namespace rekindle {
namespace {

enum CampaignBit : uint8_t { kFirst = 1, kLast = 2, kSame = 4 };

constexpr int64_t kTimeMsMax = int64_t{1} << 53;
constexpr uint64_t kWasGranted = 256;
static_assert(limits::kPurposeBytesMax * 2 + 1 < kWasGranted);

// Writes (reads) times, each against the one before.
class Times {
 public:
  explicit Times(EventTime base) : x_before(base) {}
  void put(EventTime at, ByteWriter& writer) {
    writer.signed_varint(at.ms - x_before.ms);
    x_before = at;
  }
  [[nodiscard]] EventTime get(ByteReader& reader) {
    const int64_t step = reader.signed_varint();
    if (step > kTimeMsMax || step < -kTimeMsMax) reader.fail();
    if (reader.ok()) x_before = x_before + milliseconds(step);
    return x_before;
  }

 private:
  EventTime x_before;
};

std::string_view get_text(uint64_t size, size_t most, ByteReader& reader) {
  if (size > most) reader.fail();
  return reader.raw(reader.ok() ? size : 0);
}

void put_campaign(const Campaign& campaign, Times& times, ByteWriter& writer) {
  writer.bytes(campaign.source);
  writer.bytes(campaign.medium);
  writer.bytes(campaign.name);
  times.put(campaign.at, writer);
}

Campaign get_campaign(Times& times, ByteReader& reader) {
  Campaign campaign;
  for (std::string* text : {&campaign.source, &campaign.medium, &campaign.name}) {
    *text = get_text(reader.varint(), limits::kTextBytesMax, reader);
  }
  campaign.at = times.get(reader);
  return campaign;
}

}  // namespace

void put_traits(const Profile& profile, EventTime base, ByteWriter& writer) {
  Times times(base);
  for (const Trait& trait : profile.traits) {
    writer.bytes(trait.name);
    writer.bytes(trait.value);
    times.put(trait.at, writer);
  }
}

void get_traits(ByteReader& reader, EventTime base, Profile& profile) {
  Times times(base);
  while (reader.ok() && !reader.at_end()) {
    Trait trait;
    trait.name = get_text(reader.varint(), limits::kTraitNameBytesMax, reader);
    trait.value = get_text(reader.varint(), limits::kTraitValueBytesMax, reader);
    trait.at = times.get(reader);
    const bool ascends = profile.traits.empty() || profile.traits.back().name < trait.name;
    if (trait.name.empty() || !ascends || profile.traits.size() == limits::kTraitsMax) {
      return reader.fail();
    }
    profile.traits.push_back(std::move(trait));
  }
}

void put_consents(const Profile& profile, EventTime base, ByteWriter& writer) {
  Times times(base);
  for (const Consent& consent : profile.consents) {
    writer.varint((consent.was_granted ? kWasGranted : 0) + consent.purpose.size() * 2 +
                  (consent.granted ? 1u : 0u));
    writer.raw(consent.purpose);
    times.put(consent.at, writer);
  }
}

void get_consents(ByteReader& reader, EventTime base, Profile& profile) {
  Times times(base);
  while (reader.ok() && !reader.at_end()) {
    Consent consent;
    const uint64_t head = reader.varint();
    consent.purpose = get_text(head % kWasGranted / 2, limits::kPurposeBytesMax, reader);
    consent.granted = (head & 1) != 0;
    consent.was_granted = head >= kWasGranted;
    if (head >= 2 * kWasGranted || (consent.granted && consent.was_granted)) reader.fail();
    consent.at = times.get(reader);
    const bool ascends =
        profile.consents.empty() || profile.consents.back().purpose < consent.purpose;
    if (consent.purpose.empty() || !ascends || profile.consents.size() == limits::kConsentsMax) {
      return reader.fail();
    }
    profile.consents.push_back(std::move(consent));
  }
}

void put_campaigns(const Profile& profile, EventTime base, ByteWriter& writer) {
  const auto& first = profile.first_campaign;
  const auto& last = profile.last_campaign;
  if (!first && !last) return;
  const bool same = first && first == last;
  writer.fixed(static_cast<uint8_t>((first ? kFirst : 0) | (last && !same ? kLast : 0) |
                                    (same ? kSame : 0)));
  Times times(base);
  if (first) put_campaign(*first, times, writer);
  if (last && !same) put_campaign(*last, times, writer);
}

void get_campaigns(ByteReader& reader, EventTime base, Profile& profile) {
  const auto which = reader.fixed<uint8_t>();
  Times times(base);
  if ((which & kFirst) != 0) profile.first_campaign = get_campaign(times, reader);
  if ((which & kLast) != 0) profile.last_campaign = get_campaign(times, reader);
  if ((which & kSame) != 0) profile.last_campaign = profile.first_campaign;
}

}  // namespace rekindle
