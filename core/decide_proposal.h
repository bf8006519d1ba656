// A decision as a shard is asked for it: as a query when it only asks or when nothing of it is
// logged, as a proposal otherwise. The front doors add what happens on its reply.
#pragma once

#include "core/decider.h"
#include "core/query.h"

namespace rekindle {

class DecideProposal : public Proposal {
 public:
  // kProposal when it is to be logged. `decider` may be null.
  [[nodiscard]] static Kind kind_of(const DecideRequest& request, SiteId site,
                                    const Decider* decider);
  DecideProposal(Kind kind, DecideRequest request, SiteId site)
      : Proposal(kind, visitor_key(site, request.visitor)),
        x_request(std::move(request)),
        x_site(site) {}

  void run(QueryScope& scope) override;

 protected:
  [[nodiscard]] Decision& decision() { return x_decision; }

 private:
  void write_record(const Visitor& of, EventTime now);

  DecideRequest x_request;
  SiteId x_site;
  Decision x_decision;
};

}  // namespace rekindle
