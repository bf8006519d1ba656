// What each channel brought, from the events that the log still has, and what it cost, from the
// site's cost file. Called on the reports' thread; it reads the whole event log once.
#pragma once

#include <optional>
#include <string>

#include "core/log.h"
#include "io/reports/channel_sums.h"
#include "io/reports/report_request.h"

namespace rekindle::io {

struct ChannelScan {
  ChannelSums sums;
  // Events before then were let go of by the log; nothing: it has all that ever came.
  std::optional<EventTime> complete_from;
};

// Errors: kInvalidArgument (too many touches for one report), kCorruptRecord (the cost file, or the
// log), the log's.
[[nodiscard]] Result<ChannelScan> scan_channels(Log& log, uint32_t partitions,
                                                const ReportRequest& request,
                                                const ChannelConfig& config);

[[nodiscard]] std::string channel_report(const ChannelScan& scan, const ReportRequest& request,
                                         const ChannelConfig& config);

}  // namespace rekindle::io
