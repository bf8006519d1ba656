// Answers a pull of members in an ad platform's format: page → facts of its members from the shards
// → the platform's bodies, written on the errand thread (a thousand members are ten thousand
// hashes). Used by the members route, on the io thread.
#pragma once

#include <optional>
#include <string>

#include "io/member_sets.h"
#include "io/routes/handover_request.h"
#include "io/routes/routes.h"

namespace rekindle::io {

struct HandoverPull {
  AudienceId audience{};
  std::string name;  // of the audience
  size_t limit;
  std::optional<PageCursor> from;
  HandoverRequest request;
};

void answer_handover(IoThread& thread, const Reply& reply, HandoverPull pull);

}  // namespace rekindle::io
