// One thing that is counted from the kept sessions: what sells, what is bought together, …  Adding
// one: a file pair here, a line in site_learning.cc, and a member of SiteModel for what it
// publishes.
#pragma once

#include <cstddef>

#include "operators/decide/learnt/learnt_session.h"

namespace rekindle::operators {

class SessionStore;
struct SiteModel;

// Thread: the model's. Invariant: what it holds is a matter of the sessions learnt and not
// forgotten, not of their order, numbers or slots. So counts are whole numbers (decay_scale.h).
class LearntIndex {
 public:
  virtual ~LearntIndex() = default;

  // The session is in the store during both calls. forget() undoes learn() exactly.
  virtual void learn(const LearntSession& session, const SessionStore& store) = 0;
  virtual void forget(const LearntSession& session, const SessionStore& store) = 0;

  // Whether what it counts still fits when the newest session ended then. If not, it is emptied for
  // that time, and all sessions are learnt again.
  [[nodiscard]] virtual bool fits(EventTime newest) const = 0;
  virtual void reset(EventTime newest) = 0;

  // Adds what decisions read, sharing what did not change since the last time.
  virtual void publish(const SessionStore& store, SiteModel& model) = 0;

  // A matter of the sessions alone; what is allocated is a little more.
  [[nodiscard]] virtual size_t memory_bytes() const = 0;
};

}  // namespace rekindle::operators
