#include "io/reports/customer_scan.h"

#include <algorithm>

#include "core/partition_format.h"
#include "core/state_format.h"
#include "core/visitor_format.h"

namespace rekindle::io {
namespace {

Result<void> read_clock(StateStore& store, PartitionId partition, EventTime& as_of) {
  std::string row;
  state_format::append_partition_row(partition, 'c', row);
  const auto value = read_row(store, Table::kPartitions, row);
  if (!value) return value.error();
  if (!*value) return {};
  const auto checkpoint = decode_checkpoint(**value);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->next_number > 0) as_of = std::min(as_of, checkpoint->clock);
  return {};
}

Result<void> add_visitors(StateStore& store, PartitionId partition, CustomerSums& sums) {
  std::string begin;
  state_format::append_partition(partition, begin);
  Result<void> outcome;
  auto scanned = store.scan(Table::kVisitors, begin, state_format::partition_end(partition),
                            [&](std::string_view, std::string_view value) {
                              Visitor visitor;
                              auto read = decode_visitor(value, visitor);
                              if (!read) return outcome = read.error(), false;
                              sums.add(visitor);
                              return true;
                            });
  return scanned ? outcome : scanned;
}

}  // namespace

Result<CustomerScan> scan_customers(Engine& engine, const CustomerPeriod& period) {
  CustomerScan scan{CustomerSums(period)};
  for (uint32_t p = 0; p < engine.partitions(); ++p) {
    const PartitionId partition{static_cast<uint16_t>(p)};
    if (auto read = read_clock(engine.store(), partition, scan.as_of); !read) return read.error();
    if (auto added = add_visitors(engine.store(), partition, scan.sums); !added) {
      return added.error();
    }
  }
  return scan;
}

}  // namespace rekindle::io
