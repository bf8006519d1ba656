// Asks the visitor's shard for a decision, and decisions as JSON. Used by the decide routes and by
// WebSockets; on their io thread, except run().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/decider.h"
#include "core/query.h"
#include "io/access/gate.h"
#include "io/io_thread.h"

namespace rekindle::io {

struct PlacedDecision {
  std::string placement;
  Decision decision;
};

// What was decided: for one placement, or for each of a page's.
struct DecideAnswer {
  bool is_page = false;
  std::vector<PlacedDecision> placements;
};

class DecideQuery final : public Query {
 public:
  using Done = std::function<void(const Result<DecideAnswer>&)>;

  // `done` is called once on this io thread, unless an error is returned. Errors: kUnknownSite
  // (also for a site that is not the key's), kOverloaded.
  [[nodiscard]] static Result<void> ask(IoThread& thread, const Access& access,
                                        DecideRequest request, Done done);

  void run(QueryScope& scope) override;
  void on_reply() override;

 private:
  DecideQuery(IoThread& thread, DecideRequest request, VisitorKey key, SiteId site, Done done);
  [[nodiscard]] Decision decide(QueryScope& scope) const;

  IoThread& x_thread;
  DecideRequest x_request;
  VisitorKey x_key;
  SiteId x_site;
  DecideAnswer x_answer;
  int64_t x_started_ns;
  Done x_done;
};

// {"offers":[…],"rejected":[…],"model_version"}, with "nothing_because" when there are no offers;
// of a page {"placements":[{"placement",…}]} with that of each.
void append_answer(std::string& out, const DecideAnswer& answer);

}  // namespace rekindle::io
