// Asks the visitor's shard for a decision, and decisions as JSON. Used by the decide routes and by
// WebSockets; on their io thread, except run().
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/decider.h"
#include "core/query.h"
#include "io/access/gate.h"
#include "io/io_thread.h"

namespace rekindle::io {

class DecideQuery final : public Query {
 public:
  using Done = std::function<void(const Result<Decision>&)>;

  // `done` is called once on this io thread, unless an error is returned. Errors: kUnknownSite
  // (also for a site that is not the key's), kOverloaded.
  [[nodiscard]] static Result<void> ask(IoThread& thread, const Access& access,
                                        DecideRequest request, Done done);

  void run(QueryScope& scope) override;
  void on_reply() override;

 private:
  DecideQuery(IoThread& thread, DecideRequest request, VisitorKey key, SiteId site, Done done);

  IoThread& x_thread;
  DecideRequest x_request;
  VisitorKey x_key;
  SiteId x_site;
  Decision x_decision;
  int64_t x_started_ns;
  Done x_done;
};

// {"offers":[…],"rejected":[…],"model_version"}, with "nothing_because" when there are no offers.
void append_decision(std::string& out, const Decision& decision);

}  // namespace rekindle::io
