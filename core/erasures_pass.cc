// One pass over the erasures that are due: out of the model, the log and the files.
#include <algorithm>
#include <set>

#include "core/erasures.h"
#include "core/identity_thread.h"
#include "core/limits.h"
#include "core/log_eraser.h"
#include "core/model_thread.h"
#include "core/shard.h"
#include "core/state_format.h"

namespace rekindle {
namespace {

constexpr size_t kRowBytesMax = 32;  // of any row's key
constexpr size_t kPlacesMax = 64;    // cleared one by one; of more, whole tables

TableRange whole(Table table) {
  return {table, std::string(1, '\0'), std::string(kRowBytesMax, '\xff')};
}

}  // namespace

std::vector<Erasure*> Erasures::due() {
  const std::lock_guard lock(x_mutex);
  const WallTime now = x_env.clock.now();
  std::vector<Erasure*> due;
  for (auto& [id, erasure] : x_all) {
    if (erasure.receipt.state == ErasureState::kComplete) continue;
    const bool waits = erasure.receipt.state == ErasureState::kAccepted &&
                       now < erasure.receipt.requested_at + x_env.config.erasure_feed_time;
    if (waits || due.size() == limits::kErasuresPerPassMax) continue;
    due.push_back(&erasure);
  }
  return due;
}

Result<bool> Erasures::are_checkpointed(const std::vector<Erasure*>& erasures) {
  std::map<PartitionId, uint64_t> positions;
  for (const Erasure* const erasure : erasures) {
    const ErasureMark& mark = erasure->mark;
    if (mark.known) positions[mark.partition] = std::max(positions[mark.partition], mark.position);
  }
  bool all = true;
  for (const auto& [partition, position] : positions) {
    auto asked = x_env.on_shard(
        shard_of(partition),
        [&all, partition = partition, position = position](Shard& shard) -> Result<void> {
          all = shard.is_checkpointed(partition, position) && all;
          return {};
        });
    if (!asked) return asked.error();
  }
  return all;
}

// Who came back since keeps what they said since.
Result<void> Erasures::forget_links(const std::vector<Erasure*>& erasures) {
  std::vector<IdentityBook::Forgotten> all;
  std::vector<Erasure*> known;
  for (Erasure* const erasure : erasures) {
    if (erasure->name.empty() || erasure->mark.unlinked) continue;
    const VisitorKey visitor = visitor_key(erasure->receipt.site, erasure->name);
    all.push_back({visitor, erasure->mark.claim});
    known.push_back(erasure);
  }
  if (all.empty()) return {};
  if (auto forgotten = x_env.identity.forget(all); !forgotten) return forgotten;
  {
    const std::lock_guard lock(x_mutex);
    for (size_t i = 0; i < known.size(); ++i) {
      known[i]->receipt.counts.links += all[i].links;
      known[i]->mark.unlinked = true;
    }
  }
  return store(known);
}

Result<void> Erasures::forget_sessions(const std::vector<Erasure*>& erasures) {
  if (x_env.model == nullptr) return {};
  std::vector<ModelThread::Forgotten> all;
  std::vector<Erasure*> known;
  for (Erasure* const erasure : erasures) {
    const ErasureMark& mark = erasure->mark;
    if (!mark.known) continue;
    all.push_back({mark.partition, mark.target.key, mark.session});
    known.push_back(erasure);
  }
  if (all.empty()) return {};
  std::vector<uint64_t> counts(all.size(), 0);
  if (auto forgotten = x_env.model->forget(all, counts); !forgotten) return forgotten;
  const std::lock_guard lock(x_mutex);
  for (size_t i = 0; i < known.size(); ++i) {
    known[i]->receipt.counts.learnt_sessions += counts[i];
  }
  return {};
}

Result<void> Erasures::clear_log(const std::vector<Erasure*>& erasures) {
  // Counted apart, so that nobody reads a receipt while it grows.
  std::vector<Erasure> copies;
  copies.reserve(erasures.size());
  for (const Erasure* const erasure : erasures) copies.push_back(*erasure);
  std::vector<Erasure*> pointers;
  pointers.reserve(copies.size());
  for (Erasure& copy : copies) pointers.push_back(&copy);
  LogEraser eraser(pointers);
  if (auto rewritten = x_env.log.rewrite(eraser); !rewritten) return rewritten;
  const std::lock_guard lock(x_mutex);
  for (size_t i = 0; i < erasures.size(); ++i) {
    erasures[i]->receipt.counts = copies[i].receipt.counts;
  }
  return {};
}

// Of those that were being cleared when the process ended nobody knows where they were.
Result<void> Erasures::clear_files(const std::vector<Erasure*>& erasures) {
  std::vector<TableRange> ranges = {whole(Table::kPartitions), whole(Table::kModels),
                                    whole(Table::kIdentity)};
  std::set<PartitionId> partitions;
  bool everywhere = false;
  for (Erasure* const erasure : erasures) {
    everywhere = everywhere || erasure->receipt.state == ErasureState::kClearing;
    const ErasureMark mark = erasure->mark;
    if (mark.known) {
      std::string row;
      state_format::append_visitor(mark.partition, mark.target.key, row);
      ranges.push_back({Table::kVisitors, row, row});
      row.clear();
      state_format::append_number(mark.partition, mark.target.number, row);
      ranges.push_back({Table::kNames, row, row});
      partitions.insert(mark.partition);
    }
    const std::lock_guard lock(x_mutex);
    erasure->mark = {};
    erasure->name.clear();
    erasure->secret.clear();
    erasure->receipt.state = ErasureState::kClearing;
  }
  for (const PartitionId partition : partitions) {
    std::string begin;
    state_format::append_partition(partition, begin);
    ranges.push_back({Table::kDeadlines, begin, state_format::partition_end(partition)});
  }
  if (auto stored = store(erasures); !stored) return stored;
  if (everywhere || erasures.size() > kPlacesMax) {
    ranges = {whole(Table::kPartitions), whole(Table::kModels), whole(Table::kIdentity),
              whole(Table::kVisitors),   whole(Table::kNames),  whole(Table::kDeadlines)};
  }
  return x_env.store.purge(ranges);
}

void Erasures::set_state(const std::vector<Erasure*>& erasures, ErasureState state) {
  const std::lock_guard lock(x_mutex);
  for (Erasure* const erasure : erasures) {
    if (erasure->receipt.state == ErasureState::kClearing && state < ErasureState::kClearing) {
      continue;
    }
    erasure->receipt.state = state;
    if (state == ErasureState::kComplete) erasure->receipt.completed_at = x_env.clock.now();
  }
}

Result<void> Erasures::drop_old_receipts() {
  const std::lock_guard lock(x_mutex);
  std::vector<std::pair<WallTime, std::string>> complete;
  for (const auto& [id, erasure] : x_all) {
    if (erasure.receipt.state != ErasureState::kComplete) continue;
    complete.emplace_back(erasure.receipt.completed_at, id);
  }
  if (complete.size() <= limits::kReceiptsMax) return {};
  std::sort(complete.begin(), complete.end());
  complete.resize(complete.size() - limits::kReceiptsMax);
  StateBatch batch;
  for (const auto& [at, id] : complete) {
    batch.remove(Table::kPartitions, row_of(id));
    x_all.erase(id);
  }
  return x_env.store.write(batch);
}

Result<Erasures::Step> Erasures::step() {
  const std::lock_guard working(x_working);
  if (x_env.failed.load()) return Step::kIdle;
  const std::vector<Erasure*> erasures = due();
  if (erasures.empty()) return Step::kIdle;
  auto checkpointed = are_checkpointed(erasures);
  if (!checkpointed) return checkpointed.error();
  if (!*checkpointed) return Step::kWaiting;
  set_state(erasures, ErasureState::kRunning);
  if (auto forgotten = forget_sessions(erasures); !forgotten) return forgotten.error();
  if (auto cleared = clear_log(erasures); !cleared) return cleared.error();
  if (auto cleared = clear_files(erasures); !cleared) return cleared.error();
  set_state(erasures, ErasureState::kComplete);
  if (auto stored = store(erasures); !stored) return stored.error();
  {
    const std::lock_guard lock(x_mutex);
    x_complete += erasures.size();
  }
  if (auto dropped = drop_old_receipts(); !dropped) return dropped.error();
  return Step::kDone;
}

}  // namespace rekindle
