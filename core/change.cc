#include "core/change.h"

#include "core/limits.h"

namespace rekindle {
namespace {

constexpr uint64_t kEntered = 1;
constexpr unsigned kReasonShift = 1;
constexpr unsigned kAudienceShift = 3;
constexpr unsigned kConsentShift = 19;
constexpr unsigned kErasedShift = 20;
constexpr unsigned kPersonShift = 21;

// Those that have a bit of their own; 0: it is one of the first four.
unsigned shift_of(ChangeReason reason) {
  switch (reason) {
    case ChangeReason::kConsent: return kConsentShift;
    case ChangeReason::kErased: return kErasedShift;
    case ChangeReason::kPerson: return kPersonShift;
    default: return 0;
  }
}

}  // namespace

std::string_view name_of(ChangeReason reason) {
  switch (reason) {
    case ChangeReason::kRank: return "rank";
    case ChangeReason::kEvent: return "event";
    case ChangeReason::kDeadline: return "deadline";
    case ChangeReason::kDefinition: return "definition";
    case ChangeReason::kConsent: return "consent";
    case ChangeReason::kErased: return "erased";
    case ChangeReason::kPerson: return "person";
  }
  return "unknown";
}

// varint head · varint definition version · varint cause · zigzag at · 4 site · 16 key · name
// (varint length). head: bit 0 entered, 1 and 2 reason (of those with a bit: 0), 3 to 18 audience,
// 19 kConsent, 20 kErased, 21 kPerson.
void append_change(const Change& change, ByteWriter& writer) {
  const unsigned shift = shift_of(change.reason);
  const uint64_t reason =
      shift != 0 ? uint64_t{1} << shift : static_cast<uint64_t>(change.reason) << kReasonShift;
  const uint64_t head = uint64_t{to_index(change.audience)} << kAudienceShift | reason |
                        (change.entered ? kEntered : 0);
  writer.varint(head);
  writer.varint(change.definition_version);
  writer.varint(static_cast<uint64_t>(change.cause));
  writer.signed_varint(change.at.ms);
  writer.fixed(change.site);
  writer.fixed(change.visitor.high);
  writer.fixed(change.visitor.low);
  writer.bytes(change.visitor_name);
}

bool read_change(ByteReader& reader, Change& change) {
  const uint64_t head = reader.varint();
  const uint64_t version = reader.varint();
  change.entered = (head & kEntered) != 0;
  change.reason = static_cast<ChangeReason>((head >> kReasonShift) & 3);
  bool known = head >> (kPersonShift + 1) == 0;
  const uint64_t bits = head >> kConsentShift;
  for (const ChangeReason one :
       {ChangeReason::kConsent, ChangeReason::kErased, ChangeReason::kPerson}) {
    if ((head >> shift_of(one) & 1) == 0) continue;
    // Alone, and with none of the first four.
    known = known && (bits & (bits - 1)) == 0 && (head >> kReasonShift & 3) == 0;
    change.reason = one;
  }
  change.audience = AudienceId{static_cast<uint16_t>(head >> kAudienceShift)};
  change.definition_version = static_cast<uint32_t>(version);
  change.cause = EventType{reader.varint()};
  change.at.ms = reader.signed_varint();
  change.site = reader.fixed<SiteId>();
  change.visitor.high = reader.fixed<uint64_t>();
  change.visitor.low = reader.fixed<uint64_t>();
  change.visitor_name = reader.bytes();
  return reader.ok() && known && version <= UINT32_MAX;
}

// 4 site · 16 key · zigzag start · zigzag end − start · varint lines · per line: varint type ·
// zigzag at − start · 8 product · 8 category · 8 brand
void append_session(const ClosedSession& session, ByteWriter& writer) {
  writer.fixed(session.site);
  writer.fixed(session.visitor.high);
  writer.fixed(session.visitor.low);
  writer.signed_varint(session.start.ms);
  writer.signed_varint(session.end.ms - session.start.ms);
  writer.varint(session.lines.size());
  for (const SessionLine& line : session.lines) {
    writer.varint(static_cast<uint64_t>(line.type));
    writer.signed_varint(line.at.ms - session.start.ms);
    writer.fixed(line.product);
    writer.fixed(line.category);
    writer.fixed(line.brand);
  }
}

bool read_session(ByteReader& reader, ClosedSession& session) {
  constexpr size_t kLeastLineBytes = 26;
  constexpr int64_t kTimeMsMax = int64_t{1} << 53;
  const auto read_time = [&reader](EventTime base) {
    const int64_t offset = reader.signed_varint();
    if (offset > kTimeMsMax || offset < -kTimeMsMax) reader.fail();
    return reader.ok() ? base + milliseconds(offset) : EventTime{};
  };
  session.site = reader.fixed<SiteId>();
  session.visitor.high = reader.fixed<uint64_t>();
  session.visitor.low = reader.fixed<uint64_t>();
  session.start = read_time({});
  session.end = read_time(session.start);
  const size_t count = reader.count(kLeastLineBytes);
  if (count > limits::kSessionLinesMax) reader.fail();
  session.lines.clear();
  if (!reader.ok()) return false;
  session.lines.resize(count);
  for (SessionLine& line : session.lines) {
    line.type = EventType{reader.varint()};
    line.at = read_time(session.start);
    line.product = reader.fixed<NameHash>();
    line.category = reader.fixed<NameHash>();
    line.brand = reader.fixed<NameHash>();
  }
  return reader.ok();
}

}  // namespace rekindle
