// The reports that come from the ledger, as text: moves between the audiences of a group, and sizes
// over time. Pure functions of the ledger; called on the errand thread.
#pragma once

#include <string>
#include <vector>

#include "core/rules.h"
#include "io/reports/ledger.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

// Moves within the period, between the audiences of `group` and to and from outside of it, and
// their sizes before and after it.
[[nodiscard]] std::string flow_report(const Ledger& ledger, const Rules& rules,
                                      const ReportRequest& request, const std::string& group);

// For each day of the period: the size at its end, and how many entered and left.
[[nodiscard]] std::string size_report(const Ledger& ledger, const std::vector<AudienceRule>& wanted,
                                      const ReportRequest& request);

}  // namespace rekindle::io
