// Reads what is known of some visitors from the shards, limits::kMembersSliceMax at a time on each,
// so that live traffic goes on in between. Used by the members and changes routes for ad platforms'
// formats. Consent and membership are those of the instant at which a visitor's slice ran.
//
// Thread: the asking io thread, except where noted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/io_thread.h"
#include "io/member_facts.h"

namespace rekindle::io {

struct VisitorName {
  SiteId site{};
  std::string name;
};

struct MemberState {
  bool is_member = false;  // of the audience
  const Site* site;        // an empty one when it is not configured any more
  MemberFacts facts;       // of a visitor that was forgotten: its name only
};

// Calls `done` once, perhaps at once, with a state for each visitor, in their order. Errors to
// `done`: kOverloaded.
void read_states(IoThread& thread, AudienceId audience, std::vector<VisitorName> visitors,
                 std::function<void(Result<std::vector<MemberState>>)> done);

}  // namespace rekindle::io
