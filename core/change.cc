#include "core/change.h"

#include "core/limits.h"

namespace rekindle {
namespace {

constexpr uint64_t kEntered = 1;
constexpr unsigned kReasonShift = 1;
constexpr unsigned kAudienceShift = 3;
constexpr unsigned kConsentShift = 19;
constexpr unsigned kErasedShift = 20;

}  // namespace

std::string_view name_of(ChangeReason reason) {
  switch (reason) {
    case ChangeReason::kRank: return "rank";
    case ChangeReason::kEvent: return "event";
    case ChangeReason::kDeadline: return "deadline";
    case ChangeReason::kDefinition: return "definition";
    case ChangeReason::kConsent: return "consent";
    case ChangeReason::kErased: return "erased";
  }
  return "unknown";
}

// varint head · varint definition version · varint cause · zigzag at · 4 site · 16 key · name
// (varint length). head: bit 0 entered, 1 and 2 reason (kConsent, kErased: 0), 3 to 18 audience, 19
// kConsent, 20 kErased.
void append_change(const Change& change, ByteWriter& writer) {
  const bool consent = change.reason == ChangeReason::kConsent;
  const bool erased = change.reason == ChangeReason::kErased;
  const uint64_t reason = consent || erased ? 0 : static_cast<uint64_t>(change.reason);
  const uint64_t head = uint64_t{erased} << kErasedShift | uint64_t{consent} << kConsentShift |
                        uint64_t{to_index(change.audience)} << kAudienceShift |
                        reason << kReasonShift | (change.entered ? kEntered : 0);
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
  const bool consent = (head >> kConsentShift & 1) != 0;
  const bool erased = (head >> kErasedShift & 1) != 0;
  change.reason = consent  ? ChangeReason::kConsent
                  : erased ? ChangeReason::kErased
                           : static_cast<ChangeReason>((head >> kReasonShift) & 3);
  change.audience = AudienceId{static_cast<uint16_t>(head >> kAudienceShift)};
  change.definition_version = static_cast<uint32_t>(version);
  change.cause = EventType{reader.varint()};
  change.at.ms = reader.signed_varint();
  change.site = reader.fixed<SiteId>();
  change.visitor.high = reader.fixed<uint64_t>();
  change.visitor.low = reader.fixed<uint64_t>();
  change.visitor_name = reader.bytes();
  const bool has_bit = consent || erased;
  const bool known = head >> (kErasedShift + 1) == 0 && !(consent && erased) &&
                     !(has_bit && (head >> kReasonShift & 3) != 0);
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
