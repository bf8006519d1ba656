// The sums of one arm (or of a policy, or of the site) over a report's weeks. Used by the reports
// of offers, on the io thread.
#pragma once

#include "core/tallies.h"
#include "core/tally_key.h"
#include "io/reports/experiment.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

class OfferSums {
 public:
  OfferSums(const Tallies& tallies, const ReportRequest& request, NameHash subject);

  // `offset` kGhostTallies: the same of ghosts.
  [[nodiscard]] int64_t sum(TallyOf what, uint8_t offset = 0) const;
  // In units of kSquareUnit.
  [[nodiscard]] TrialSums trials(uint8_t offset) const;

 private:
  const Tallies& x_tallies;
  SiteId x_site;
  NameHash x_subject;
  int64_t x_first = 0;
  int64_t x_last = 0;
};

}  // namespace rekindle::io
