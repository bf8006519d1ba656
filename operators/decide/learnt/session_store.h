// The sessions of one site that the model learns from: the newest ones, bounded by number and age.
// Everything else learnt is counted from them, so taking a visitor's sessions out again is exact.
//
// What is kept is a matter of the set of sessions that came, not of their order: the newest by end,
// visitor and start. Once one had to leave for want of room, none that is older is taken in.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/change.h"
#include "core/limits.h"
#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/learnt/recency_list.h"

namespace rekindle::operators {

struct SessionBounds {
  size_t sessions_max = 500'000;  // 1 … limits::kLearntSessionsMax
  Duration age_max = days(400);   // before the newest one's end
};

// Thread: one writer. Copies of names() and sessions() are read by any.
class SessionStore {
 public:
  explicit SessionStore(const SessionBounds& bounds) : x_bounds(bounds) {}

  // Takes a session in. A line without a category or a brand takes the catalogue's. Null, and
  // nothing changed: it names no product, it is there already, or it is older than what had to
  // leave.
  const LearntSession* add(const ClosedSession& session, const ProductCatalog& catalog);
  // The session that has to leave next, if any must. remove() it.
  [[nodiscard]] const LearntSession* over_bounds() const;
  [[nodiscard]] const LearntSession* oldest() const;  // null: none is kept
  // Takes a session out. `expired`: none that is older will be taken in again.
  void remove(const LearntSession& session, bool expired);
  // A visitor's sessions, in no particular order.
  [[nodiscard]] std::vector<const LearntSession*> of(const VisitorKey& visitor) const;

  [[nodiscard]] const NameNumbers& names() const { return x_names; }
  [[nodiscard]] const SessionSlots& sessions() const { return x_sessions; }
  [[nodiscard]] const RecencyList& by_recency() const { return x_by_recency; }
  [[nodiscard]] size_t size() const { return x_by_recency.size(); }
  [[nodiscard]] EventTime newest_end() const;  // before_all(): none is kept
  // A matter of the kept set alone, so that bounding it is; what is allocated is a little more.
  [[nodiscard]] size_t memory_bytes() const;

  // learnt_format.h has the drawing. decode() leaves *this as it was when it fails; what it read
  // is not checked against the bounds.
  void encode(ByteWriter& writer) const;
  [[nodiscard]] bool decode(ByteReader& reader);

 private:
  [[nodiscard]] bool is_there(const LearntSession& session) const;
  const LearntSession* insert(LearntSession&& session);
  void link(const LearntSession& session);
  void unlink(const LearntSession& session);
  [[nodiscard]] bool decode_sessions(ByteReader& reader);
  [[nodiscard]] bool decode_session(ByteReader& reader, const std::vector<NameHash>& names);

  SessionBounds x_bounds;
  NameNumbers x_names;
  SessionSlots x_sessions;
  RecencyList x_by_recency;
  std::vector<SessionSlot> x_free;
  absl::flat_hash_map<VisitorKey, SessionSlot> x_first_of;  // a visitor's sessions are a list …
  std::vector<SessionSlot> x_next_of;                       // … by slot; kNone ends it
  size_t x_lines = 0;
  // The newest that had to leave.
  struct Horizon {
    EventTime end = EventTime::before_all();
    VisitorKey visitor;
    EventTime start = EventTime::before_all();
  } x_horizon;
};

}  // namespace rekindle::operators
