// How our two RocksDBs are tuned, and why. Included by rocks_log.cc and rocks_state_store.cc only.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include <cstddef>
#include <memory>

namespace rekindle::state {

// For both. `wal_bytes_max` bounds what a restart has to read back.
[[nodiscard]] rocksdb::DBOptions database_options(size_t wal_bytes_max);

// Append-mostly rows, read in long ranges or not at all. Rows whose keys begin with the same
// `ascending_prefix_bytes` arrive in ascending order: the memtable then finds the place of the next
// one at once (64 rows under 64 prefixes: 67 µs instead of 152). 0: no such order.
// REQUIRES: no range deletions in a family with a prefix. RocksDB 7.8 uses one hint for a
// memtable's rows and its range deletions, and they corrupt each other.
[[nodiscard]] rocksdb::ColumnFamilyOptions log_family(size_t write_buffer_bytes,
                                                      size_t ascending_prefix_bytes,
                                                      const std::shared_ptr<rocksdb::Cache>& cache);

// Small values under random keys, overwritten often, read one by one.
[[nodiscard]] rocksdb::ColumnFamilyOptions point_family(
    size_t write_buffer_bytes, const std::shared_ptr<rocksdb::Cache>& cache);

// Rows that are scanned from a cursor and deleted behind it.
[[nodiscard]] rocksdb::ColumnFamilyOptions queue_family(
    size_t write_buffer_bytes, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace rekindle::state
