// Reads the facts of a page's members from the shards, limits::kMembersSliceMax at a time on each,
// so that live traffic goes on in between. Used by the members route for ad platforms' formats.
//
// Who left the audience or was forgotten since the page was read is left out: consent and
// membership are those of the instant at which a member's slice ran.
//
// Thread: the asking io thread, except where noted.
#pragma once

#include <functional>
#include <vector>

#include "io/io_thread.h"
#include "io/member_facts.h"
#include "io/member_sets.h"

namespace rekindle::io {

struct MemberState {
  const Site* site;
  MemberFacts facts;
};

// Calls `done` once, perhaps at once, in the order of `members`. Errors to `done`: kOverloaded.
void read_states(IoThread& thread, AudienceId audience, const std::vector<Member>& members,
                 std::function<void(Result<std::vector<MemberState>>)> done);

}  // namespace rekindle::io
