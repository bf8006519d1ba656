#include "core/claim.h"

#include "core/limits.h"

namespace rekindle {
namespace {

constexpr std::string_view kNames[kIdTypes] = {"visitor", "user",   "email",
                                               "phone",   "device", "platform"};
constexpr uint64_t kTypeSalt = 0x9e37'79b9'7f4a'7c15;  // odd: each type has its own

}  // namespace

std::string_view name_of(IdType type) {
  return kNames[static_cast<size_t>(type)];
}

std::optional<IdType> id_type_of(std::string_view name) {
  for (size_t i = 0; i < kIdTypes; ++i) {
    if (kNames[i] == name) return static_cast<IdType>(i);
  }
  return std::nullopt;
}

void append_claim(const Claim& claim, ByteWriter& writer) {
  writer.fixed(claim.type);
  writer.fixed(claim.cause);
  writer.fixed(claim.at.ms);
  writer.fixed(claim.site);
  writer.fixed(claim.visitor.high);
  writer.fixed(claim.visitor.low);
  writer.bytes(claim.visitor_name);
  writer.bytes(claim.value);
}

bool read_claim(ByteReader& reader, Claim& claim) {
  claim.type = reader.fixed<IdType>();
  claim.cause = reader.fixed<EventType>();
  claim.at.ms = reader.fixed<int64_t>();
  claim.site = reader.fixed<SiteId>();
  claim.visitor.high = reader.fixed<uint64_t>();
  claim.visitor.low = reader.fixed<uint64_t>();
  claim.visitor_name = reader.bytes();
  claim.value = reader.bytes();
  return reader.ok() && static_cast<size_t>(claim.type) < kIdTypes &&
         claim.visitor_name.size() <= limits::kVisitorNameBytesMax &&
         claim.value.size() <= limits::kClaimedValueBytesMax;
}

NameHash claim_hash(IdType type, std::string_view value) {
  return name_hash(value) ^ (kTypeSalt * (static_cast<uint64_t>(type) + 1));
}

}  // namespace rekindle
