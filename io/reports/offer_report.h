// GET /v1/reports/offers: what offers were shown, what came of it, and what of that they caused.
// docs/reports.md says what each figure is.
#pragma once

#include <string>
#include <vector>

#include "core/decider.h"
#include "core/tallies.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

// Of the weeks that lie in the request's days, and the offers of its site.
[[nodiscard]] std::string offer_report(const Tallies& tallies,
                                       const std::vector<OfferDescription>& offers,
                                       const ReportRequest& request);

}  // namespace rekindle::io
