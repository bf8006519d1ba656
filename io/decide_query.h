// Asks the visitor's shard for a decision, and decisions as JSON. Used by the decide routes and by
// WebSockets; on their io thread, except run().
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/decide_proposal.h"
#include "io/access/gate.h"
#include "io/io_thread.h"

namespace rekindle::io {

class DecideQuery final : public DecideProposal {
 public:
  using Done = std::function<void(const Result<Decision>&)>;

  // `done` is called once on this io thread, unless an error is returned. Errors: kUnknownSite
  // (also for a site that is not the key's), kOverloaded.
  [[nodiscard]] static Result<void> ask(IoThread& thread, const Access& access,
                                        DecideRequest request, Done done);

  void on_reply() override;

 private:
  DecideQuery(IoThread& thread, Kind kind, DecideRequest request, SiteId site, Done done);

  IoThread& x_thread;
  int64_t x_started_ns;
  Done x_done;
};

// {"decision","offers":[…],"rejected":[…],"model_version"}, with "nothing_because" when there are
// no offers.
void append_decision(std::string& out, const Decision& decision);

}  // namespace rekindle::io
