// Adds up the customers of a site from the state store: no shard is asked, so live traffic does not
// notice. Partitions are saved every few minutes and when the server stops, so the sums are as of
// then. Thread: the reports' own; it may take seconds.
#pragma once

#include "core/engine.h"
#include "io/reports/customer_sums.h"

namespace rekindle::io {

struct CustomerScan {
  CustomerSums sums;
  // The clock of the partition that was saved longest ago: all that was known then is counted.
  EventTime as_of = EventTime::never();  // never(): nothing was saved yet
};

// Errors: kStoreFailed, kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<CustomerScan> scan_customers(Engine& engine, const CustomerPeriod& period);

}  // namespace rekindle::io
