// Everything one decision may look at, gathered once. Candidate sources and guards read it.
#pragma once

#include <vector>

#include "core/decider.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {

// Thread: the shard's, for one decision.
struct DecideView {
  DecideView(const DecideRequest& asked, const Site& of_site, const Visitor& of_visitor,
             EventTime at, const SiteModel& of_model);

  const DecideRequest& request;
  const Site& site;
  const Visitor& visitor;
  EventTime now;
  const SiteModel& model;
  // Products the visitor bought, as far as the timeline still has the lines. May repeat.
  std::vector<NameHash> owned;
  // The request's cart if it has one, else the known cart.
  std::vector<NameHash> cart;
  // Families of what the page shows already.
  std::vector<NameHash> shown;
};

struct Candidate {
  NameHash hash = kNoName;
  const Product* product = nullptr;  // null: not in the catalogue
  double score = 0;
  bool may_be_owned = false;  // a reminder to buy it again
};

}  // namespace rekindle::operators
