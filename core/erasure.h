// What forgetting a visitor is made of: who is asked to be forgotten, what their partition knows of
// them at that moment, and what becomes of it. core/erasures.h says in which order things happen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

// A visitor in their partition, just before they are erased.
//
// Deadlines and rank boundaries name places between visitors by a visitor's key: records and
// checkpoints that did so by this one's name the stand-in instead. It is not below the key, and no
// other visitor of the partition lies in between, so that it parts the others in the same way; its
// low bits are ones, as many as there is room for: what is left of the key is what it shares with
// its neighbours.
struct ErasureTarget {
  VisitorNumber number = 0;
  VisitorKey key;
  VisitorKey stand_in;
};
// The highest key with as many ones at its end as lie below `next`. REQUIRES: key < next.
[[nodiscard]] VisitorKey stand_in_for(VisitorKey key, VisitorKey next);

// Which part of the log is theirs: everything of their key in these streams up to here. What comes
// later is of somebody who came back, and new to us.
struct ErasureMark {
  bool applied = false;   // the partition was asked
  bool unlinked = false;  // persons have forgotten them
  bool known = false;     // … and had such a visitor; else there is nothing in the streams
  PartitionId partition{};
  ErasureTarget target;
  uint64_t position = 0;  // of the record that erased them
  uint64_t change = 0;
  uint64_t session = 0;
  uint64_t claim = 0;  // also when nobody was known: whatever they claimed is of the past
};

// What went, as far as it can be counted.
struct ErasedCounts {
  uint64_t events = 0;      // of the visitor's lifetime
  uint64_t audiences = 0;   // they were in
  uint64_t log_events = 0;  // records, of which nothing is left; after a crash: since then
  uint64_t log_changes = 0;
  uint64_t log_sessions = 0;
  uint64_t log_claims = 0;
  uint64_t learnt_sessions = 0;
  uint64_t quarantined = 0;
  uint64_t links = 0;  // to ids, of the person they were part of
};

enum class ErasureState : uint8_t {
  kAccepted,  // the state is gone; the feed still tells who left
  kRunning,   // the log, the model and the files are being cleared
  kClearing,  // only old bytes in files are left
  kComplete,
};
[[nodiscard]] std::string_view name_of(ErasureState state);

// Kept after the erasure, without anything of the visitor but `proof`, a hash that only who knows
// the visitor's name and the receipt's secret can make.
struct ErasureReceipt {
  std::string id;
  SiteId site{};
  ErasureState state = ErasureState::kAccepted;
  WallTime requested_at;
  WallTime complete_by;
  WallTime completed_at;  // kComplete
  std::string proof;
  ErasedCounts counts;
};

// A receipt, and while the erasure is under way who it is about. Stored as
//   1 version (2) · 1 state · bytes id · 4 site · 8 requested · 8 complete by · 8 completed · bytes
//   proof · counts (varints) · bytes secret · bytes name · 1 (applied + known, + 4 unlinked) ·
//   varint claim · [known: 2 partition · varint number · 16 key · 16 stand-in · varint position,
//   change, session, claim]
struct Erasure {
  ErasureReceipt receipt;
  std::string secret;  // of the receipt; empty once it is kClearing
  std::string name;    // the visitor's; the same
  ErasureMark mark;
};

void encode_erasure(const Erasure& erasure, std::string& out);
// Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<Erasure> decode_erasure(std::string_view bytes);

}  // namespace rekindle
