#include "state/rocks_options.h"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>
#include <mutex>

#include "state/append_operator.h"
#include "state/give_way_collector.h"

namespace rekindle::state {
namespace {

constexpr size_t kMiB = 1'024 * 1'024;

rocksdb::CompressionType best_of(rocksdb::CompressionType wanted) {
  static const std::vector<rocksdb::CompressionType> built_in = rocksdb::GetSupportedCompressions();
  const bool known = std::find(built_in.begin(), built_in.end(), wanted) != built_in.end();
  return known ? wanted : rocksdb::kNoCompression;
}

// Compaction can wait for anybody, a flush for who serves; were it to wait for long, writers would
// wait for a free memtable.
void calm_background_threads() {
  static std::once_flag once;
  std::call_once(once, [] {
    // A courtesy: everything works without it.
    rocksdb::Env::Default()
        ->LowerThreadPoolCPUPriority(rocksdb::Env::Priority::LOW, rocksdb::CpuPriority::kLow)
        .PermitUncheckedError();
  });
}

// RocksDB's own LOG file is one more thing to write when the disk is full, and a build of it with
// assertions, as Debian's is, stops the process when that fails twice. What matters comes back as a
// status, and we report it.
class NoInfoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // so that one number bounds the memory
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  return table;
}

// Writers are slowed late: our batches are bounded, bursts are short, and a read that has to look
// into a few more files costs less than an append that waits.
rocksdb::ColumnFamilyOptions family_options(size_t write_buffer_bytes) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = 4;
  options.level0_file_num_compaction_trigger = 4;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 64;
  options.soft_pending_compaction_bytes_limit = 128ULL * 1'024 * kMiB;
  options.hard_pending_compaction_bytes_limit = 256ULL * 1'024 * kMiB;
  options.target_file_size_base = std::max<uint64_t>(write_buffer_bytes, 8 * kMiB);
  options.max_bytes_for_level_base = options.target_file_size_base * 4;
  options.level_compaction_dynamic_level_bytes = true;
  options.merge_operator = std::make_shared<AppendOperator>();
  options.table_properties_collector_factories.push_back(
      std::make_shared<GiveWayCollectorFactory>());
  return options;
}

}  // namespace

rocksdb::DBOptions database_options(size_t wal_bytes_max) {
  calm_background_threads();
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;  // a plain machine allows 1,024 to a process, sockets included
  options.max_total_wal_size = wal_bytes_max;  // else a quiet family keeps every WAL alive
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.avoid_flush_during_recovery = true;  // a restart reads the WAL and writes nothing
  options.skip_stats_update_on_db_open = true;
  options.bytes_per_sync = kMiB;  // table files reach the disk steadily, not at their end
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<NoInfoLog>();
  // Each change of the files begins a new list of them: the list names each file's first and last
  // key, and its history would name a visitor long after they were erased.
  options.max_manifest_file_size = 1;
  return options;
}

rocksdb::ColumnFamilyOptions log_family(size_t write_buffer_bytes, size_t ascending_prefix_bytes,
                                        const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = family_options(write_buffer_bytes);
  options.compression = best_of(rocksdb::kLZ4Compression);
  // Written once and hardly read: fewer, larger compactions leave the processor to the shards.
  options.level0_file_num_compaction_trigger = 16;
  if (ascending_prefix_bytes != 0) {
    options.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(ascending_prefix_bytes));
  }
  rocksdb::BlockBasedTableOptions table = table_options(cache);
  table.block_size = 32 * 1'024;  // read in long ranges; no filter, as nothing is looked up
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions point_family(size_t write_buffer_bytes,
                                          const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = family_options(write_buffer_bytes);
  // Rows are mostly hashes: zstd makes them 9 % smaller than this, in three times the time.
  const auto lz4 = best_of(rocksdb::kLZ4Compression);
  options.compression_per_level = {rocksdb::kNoCompression, lz4};
  options.compression = lz4;
  options.level0_file_num_compaction_trigger = 8;  // the filters keep reads cheap meanwhile
  rocksdb::BlockBasedTableOptions table = table_options(cache);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.optimize_filters_for_hits = false;  // a visitor's first event is a common miss
  // … and a search of every memtable, without a filter of them.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  return options;
}

rocksdb::ColumnFamilyOptions queue_family(size_t write_buffer_bytes,
                                          const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = family_options(write_buffer_bytes);
  options.compression = best_of(rocksdb::kLZ4Compression);
  // A file with many deletions in a row is compacted soon: scans pay for each of them until then.
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(8'192, 4'096));
  rocksdb::BlockBasedTableOptions table = table_options(cache);
  table.block_size = 16 * 1'024;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace rekindle::state
