// Effects: what processing a batch produced. Changes of audience membership go to the change log,
// closed sessions to the session log, both in the same write as the events that caused them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/event_type.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

// kRank: others' values moved a rank's boundary past the visitor. kErased: the visitor was erased.
// kPerson: what all visitors of the person did, or who speaks for them (core/voice.h).
enum class ChangeReason : uint8_t {
  kRank = 0,
  kEvent = 1,
  kDeadline = 2,
  kDefinition = 3,
  kConsent = 4,
  kErased = 5,
  kPerson = 6
};
[[nodiscard]] std::string_view name_of(ChangeReason reason);  // "event", "deadline", …

// One visitor entered or left one audience; or, for kConsent, a member answered otherwise about
// advertising (core/ad_consent.h), so that those it was handed to hear of it at once: it stays a
// member, and `entered` says whether both uses are granted now. (partition, seq) is its identity;
// seq is gap-free within a partition, starting at 1. Changes of one visitor come in the order they
// happened.
struct Change {
  uint64_t seq = 0;  // implied by position in the log value
  AudienceId audience{};
  uint32_t definition_version = 0;
  bool entered = false;
  ChangeReason reason = ChangeReason::kEvent;
  EventType cause = EventType::kNone;  // of the event, for kEvent and kConsent
  EventTime at;                        // the instant from which the membership differs
  SiteId site{};
  VisitorKey visitor;
  std::string_view visitor_name;
};

// What is left in the log of a change of an erased visitor: when somebody entered or left what.
[[nodiscard]] inline bool is_blank(const Change& change) {
  return change.visitor == VisitorKey{} && change.visitor_name.empty();
}

void append_change(const Change& change, ByteWriter& writer);  // without seq
[[nodiscard]] bool read_change(ByteReader& reader, Change& change);

// What a visitor looked at, put in the cart and bought between two idle gaps.
struct SessionLine {
  EventType type = EventType::kNone;  // view_item, add_to_cart, purchase
  EventTime at;
  NameHash product = kNoName;
  NameHash category = kNoName;
  NameHash brand = kNoName;
};
struct ClosedSession {
  SiteId site{};
  VisitorKey visitor;
  EventTime start;
  EventTime end;
  std::vector<SessionLine> lines;  // ascending by `at`
};

// What is left in the log of a session of an erased visitor: that there was one.
[[nodiscard]] inline bool is_blank(const ClosedSession& session) {
  return session.visitor == VisitorKey{} && session.lines.empty();
}

void append_session(const ClosedSession& session, ByteWriter& writer);
[[nodiscard]] bool read_session(ByteReader& reader, ClosedSession& session);

}  // namespace rekindle
