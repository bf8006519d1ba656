// Answers in an ad platform's format: the facts of some visitors from the shards → the platform's
// bodies, written on the errand thread (a thousand members are ten thousand hashes). Used by the
// members and changes routes, on the io thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/member_sets.h"
#include "io/member_states.h"
#include "io/routes/handover_request.h"
#include "io/routes/routes.h"

namespace rekindle::io {

// A pull of members: all of them are added.
struct HandoverPull {
  AudienceId audience{};
  std::string name;  // of the audience
  size_t limit;
  std::optional<PageCursor> from;
  const Site* only;  // whose members; null: all
  HandoverRequest request;
};
void answer_handover(IoThread& thread, const Reply& reply, HandoverPull pull);

// A page of changes: its visitors, each once. Who is a member at the moment of reading and agrees
// is added; everyone else is removed, who never agreed excepted.
struct HandoverChanges {
  AudienceId audience{};
  std::string name;
  HandoverRequest request;
  std::vector<VisitorName> visitors;
  std::string cursor;
  bool more = false;
};
void answer_handover(IoThread& thread, const Reply& reply, HandoverChanges changes);

}  // namespace rekindle::io
