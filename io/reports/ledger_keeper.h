// Keeps the ledger (io/reports/ledger.h) up with the change log and in the state store, on a thread
// of its own: shards never wait for it. Reports look at it through look().
//
// Thread: look() any that may block; the rest the server's.
// Rows of Table::kModels: "reports.at" → 1 version · varint partitions · varint seq of the last
// change counted, each; "reports.day/" · 4 site · 4 day (both big-endian, the day's top bit
// flipped) → encode_day. All that changed is written together with the seqs, so a crash loses
// nothing and counts nothing twice.
#pragma once

#include <absl/functional/function_ref.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/engine.h"
#include "io/reports/ledger.h"

namespace rekindle::io {

class LedgerKeeper {
 public:
  explicit LedgerKeeper(Engine& engine);
  ~LedgerKeeper();  // stops if still running
  LedgerKeeper(const LedgerKeeper&) = delete;
  LedgerKeeper& operator=(const LedgerKeeper&) = delete;

  // Reads what was saved. Before start(). Errors: kCorruptRecord, kStoreFailed.
  [[nodiscard]] Result<void> open();
  void start();
  // Counts what is left and saves. Before the engine stops.
  void stop();

  // Counts every change committed by now, then calls `look`. Errors: kStoreFailed.
  [[nodiscard]] Result<void> look(absl::FunctionRef<void(const Ledger&)> look);
  // Changes that the log let go of before they could be counted (the server was away for longer
  // than the log's retention): what reports cannot know.
  [[nodiscard]] uint64_t missed() const { return x_missed; }

 private:
  void run();
  // With x_mutex held.
  [[nodiscard]] Result<void> catch_up();
  [[nodiscard]] Result<void> catch_up(PartitionId partition, const Rules& rules);
  [[nodiscard]] Result<void> save();

  Engine& x_engine;
  std::mutex x_mutex;
  std::condition_variable x_wake;
  Ledger x_ledger;
  std::vector<uint64_t> x_seqs;  // of the last change counted, by partition
  uint64_t x_missed = 0;
  bool x_unsaved = false;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle::io
