#include "cli/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/exit_code.h"
#include "core/engine.h"
#include "core/state_format.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"
#include "state/store_directory.h"

namespace rekindle::cli {
namespace {

struct StoreFigures {
  uint64_t visitors = 0;
  uint64_t median_bytes = 0;  // of a visitor's value
  uint64_t p99_bytes = 0;
  uint64_t most_bytes = 0;
  double mean_bytes = 0;
  double other_rows_bytes = 0;  // a visitor: its key, its name's row, its deadlines (mean)
  uint64_t state_bytes = 0;     // on disk
  uint64_t log_bytes = 0;
  uint32_t partitions = 0;
};

Result<void> measure_visitors(StateStore& store, StoreFigures& figures) {
  std::vector<uint32_t> sizes;
  for (uint32_t p = 0; p < figures.partitions; ++p) {
    const PartitionId partition{static_cast<uint16_t>(p)};
    std::string begin;
    state_format::append_partition(partition, begin);
    auto scanned = store.scan(Table::kVisitors, begin, state_format::partition_end(partition),
                              [&](std::string_view, std::string_view value) {
                                sizes.push_back(static_cast<uint32_t>(value.size()));
                                return true;
                              });
    if (!scanned) return scanned;
  }
  if (sizes.empty()) return {};
  std::sort(sizes.begin(), sizes.end());
  figures.visitors = sizes.size();
  figures.median_bytes = sizes[sizes.size() / 2];
  figures.p99_bytes = sizes[sizes.size() * 99 / 100];
  figures.most_bytes = sizes.back();
  double total = 0;
  for (const uint32_t size : sizes) total += size;
  figures.mean_bytes = total / static_cast<double>(sizes.size());
  return {};
}

Result<void> measure_other_rows(StateStore& store, StoreFigures& figures) {
  if (figures.visitors == 0) return {};
  uint64_t bytes = figures.visitors * state_format::kVisitorKeyBytes;
  for (const Table table : {Table::kNames, Table::kDeadlines}) {
    auto scanned =
        store.scan(table, "", "\xff\xff\xff", [&](std::string_view key, std::string_view value) {
          bytes += key.size() + value.size();
          return true;
        });
    if (!scanned) return scanned;
  }
  figures.other_rows_bytes = static_cast<double>(bytes) / static_cast<double>(figures.visitors);
  return {};
}

Result<StoreFigures> measure(const std::string& path) {
  auto directory =
      state::StoreDirectory::open(path, {limits::kPartitionsDefault, ClockMode::kWall});
  if (!directory) return directory.error();
  StoreFigures figures;
  figures.partitions = (*directory)->facts().partitions;
  auto log = state::RocksLog::open((*directory)->log_path());
  if (!log) return log.error();
  auto store = state::RocksStateStore::open((*directory)->state_path());
  if (!store) return store.error();
  if (auto measured = measure_visitors(**store, figures); !measured) return measured.error();
  if (auto measured = measure_other_rows(**store, figures); !measured) return measured.error();
  if (auto flushed = (*store)->flush(); !flushed) return flushed.error();
  figures.state_bytes = (*store)->size_bytes();
  figures.log_bytes = (*log)->size_bytes();
  return figures;
}

int run_inspect(const std::string& path, bool json) {
  const auto figures = measure(path);
  if (!figures) {
    fmt::print(stderr, "rekindle inspect: {}\n", to_string(figures.error()));
    return exit_code_of(figures.error().code);
  }
  if (json) {
    fmt::print(R"({{"visitors":{},"median_bytes":{},"mean_bytes":{:.1f},"p99_bytes":{},)"
               R"("max_bytes":{},"other_rows_bytes":{:.1f},"state_bytes":{},"log_bytes":{},)"
               R"("partitions":{}}})"
               "\n",
               figures->visitors, figures->median_bytes, figures->mean_bytes, figures->p99_bytes,
               figures->most_bytes, figures->other_rows_bytes, figures->state_bytes,
               figures->log_bytes, figures->partitions);
    return kExitOk;
  }
  fmt::print("{} visitors in {} partitions, saved at the last checkpoints\n", figures->visitors,
             figures->partitions);
  fmt::print("a visitor takes {} bytes (median), {:.1f} (mean), {} (p99), {} (most)\n",
             figures->median_bytes, figures->mean_bytes, figures->p99_bytes, figures->most_bytes);
  fmt::print("and {:.1f} bytes in keys, names and deadlines (mean)\n", figures->other_rows_bytes);
  fmt::print("on disk: state {} bytes, log {} bytes\n", figures->state_bytes, figures->log_bytes);
  return kExitOk;
}

}  // namespace

void add_inspect_command(CommandLine& line) {
  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  Command inspect = line.add("inspect", "What a store holds and how large it is");
  inspect.option("store", *path, "The store's directory; no server may have it open")
      .required()
      .existing_directory();
  inspect.flag("--json", *json, "One JSON object");
  inspect.footer("Example:\n  rekindle inspect rekindle-data");
  inspect.runs([path, json] { return run_inspect(*path, *json); });
}

}  // namespace rekindle::cli
