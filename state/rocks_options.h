// How our two RocksDBs are tuned, and why. Included by rocks_log.cc and rocks_state_store.cc only.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include <cstddef>
#include <memory>

namespace rekindle::state {

// For both. `wal_bytes_max` bounds what a restart has to read back.
[[nodiscard]] rocksdb::DBOptions database_options(size_t wal_bytes_max);

// Append-mostly rows with ascending keys, read in long ranges or not at all.
[[nodiscard]] rocksdb::ColumnFamilyOptions log_family(size_t write_buffer_bytes,
                                                      const std::shared_ptr<rocksdb::Cache>& cache);

// Small values under random keys, overwritten often, read one by one.
[[nodiscard]] rocksdb::ColumnFamilyOptions point_family(
    size_t write_buffer_bytes, const std::shared_ptr<rocksdb::Cache>& cache);

// Rows that are scanned from a cursor and deleted behind it.
[[nodiscard]] rocksdb::ColumnFamilyOptions queue_family(
    size_t write_buffer_bytes, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace rekindle::state
