// The rows of Table::kIdentity. Keys, numbers big-endian; ids as 1 type · 8 high · 8 low:
//
//   's'                    the store's secret, the next numbers, how far claims were followed
//   'p' · 8 person         a person
//   'n' · id               what is known of an id
//   'x' · id · id          (visitor, id) of a claim that does not link: 8 decision, little-endian
//   'j' · 8 decision       the journal, for good
//
// Values begin with a version byte (1); ids as 1 type · 8 high · 8 low, little-endian.
//   's': 32 secret · varint next person, next decision · varint count · varints: seq a partition
//   'p': 4 site · varint ids · per id: id · bytes name · 8 since · varint links · per link: varint
//        decision · id visitor · id · 8 cause · varint claim · 8 at
//   'n': varint person (0: none) · varint visitors that claimed it · 1 shared
//   'j': 1 kind · 1 reason · 8 at, wall · 4 site · id visitor · bytes name · id · 8 cause · 2
//        partition · varint claim · varint person · varint other
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/person.h"

namespace rekindle {

// What was decided. Stored: numbers stay.
enum class DecisionKind : uint8_t {
  kLink = 0,     // an id, or a visitor, became part of a person
  kMerge = 1,    // … and two persons one
  kRefuse = 2,   // the claim links nothing
  kCut = 3,      // a link was taken away, because …
  kUnmerge = 4,  // a link was taken away, because somebody asked
};
enum class DecisionReason : uint8_t {
  kClaim = 0,
  kPlaceholder = 1,    // the value stands for nobody
  kMalformed = 2,      // … or is no such id
  kShared = 3,         // too many visitors claim this thing
  kTwoIdentified = 4,  // it would make one of two persons who both said who they are
  kLimit = 5,          // the person would have too many ids of a type
  kAsked = 6,
};
[[nodiscard]] std::string_view name_of(DecisionKind kind);
[[nodiscard]] std::string_view name_of(DecisionReason reason);

// A line of the journal.
struct IdentityDecision {
  uint64_t number = 0;  // from 1, without gaps
  DecisionKind kind = DecisionKind::kLink;
  DecisionReason reason = DecisionReason::kClaim;
  WallTime at;
  SiteId site{};
  IdKey visitor;  // who claimed
  std::string visitor_name;
  IdKey id;  // what
  EventType cause = EventType::kNone;
  PartitionId partition{};  // of the claim
  uint64_t claim = 0;
  uint64_t person = 0;  // of the visitor, from then on; 0: none
  uint64_t other = 0;   // kMerge: the person that is no more
};
// What is left of a decision about an erased visitor.
[[nodiscard]] inline bool is_blank(const IdentityDecision& decision) {
  return decision.visitor == IdKey{};
}

struct KnownId {
  uint64_t person = 0;    // 0: none
  uint64_t claimers = 0;  // different visitors
  bool shared = false;
};

struct IdentityState {
  std::string secret;  // 32 bytes; empty: nothing was claimed yet
  uint64_t next_person = 1;
  uint64_t next_decision = 1;
  std::vector<uint64_t> seqs;  // of the last claim followed, by partition
};

[[nodiscard]] std::string person_row(uint64_t number);
// Whose row that is; 0: not a person's.
[[nodiscard]] uint64_t person_of_row(std::string_view row);
[[nodiscard]] std::string known_row(const IdKey& id);
[[nodiscard]] std::string unlinked_row(const IdKey& visitor, const IdKey& id);
[[nodiscard]] std::string unlinked_prefix(const IdKey& visitor);
[[nodiscard]] std::string decision_row(uint64_t number);
inline constexpr std::string_view kIdentityStateRow = "s";
// The second id of an 'x' row. REQUIRES: it is one.
[[nodiscard]] IdKey unlinked_id(std::string_view row);
[[nodiscard]] IdKey unlinked_visitor(std::string_view row);

void encode_person(const Person& person, std::string& out);
void encode_known(const KnownId& known, std::string& out);
void encode_decision(const IdentityDecision& decision, std::string& out);
void encode_identity_state(const IdentityState& state, std::string& out);
// Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<Person> decode_person(uint64_t number, std::string_view bytes);
[[nodiscard]] Result<KnownId> decode_known(std::string_view bytes);
[[nodiscard]] Result<IdentityDecision> decode_decision(uint64_t number, std::string_view bytes);
[[nodiscard]] Result<IdentityState> decode_identity_state(std::string_view bytes);

}  // namespace rekindle
