// The reports that come from customers, as text. Pure functions; called on the reports' thread.
#pragma once

#include <string>

#include "io/reports/customer_scan.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

enum class CustomerReport { kGrowth, kRetention, kCohorts };

[[nodiscard]] std::string customer_report(CustomerReport report, const CustomerScan& scan,
                                          const ReportRequest& request);

}  // namespace rekindle::io
