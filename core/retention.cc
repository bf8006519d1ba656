#include "core/retention.h"

#include <algorithm>
#include <chrono>

#include "core/engine.h"
#include "core/identity_thread.h"
#include "core/model_thread.h"
#include "core/shard.h"
#include "core/state_format.h"
#include "core/thread_role.h"
#include "core/visitor_format.h"

namespace rekindle {
namespace {

constexpr Duration kEvery = hours(24);
constexpr auto kLookEvery = std::chrono::seconds(60);
constexpr auto kLookForCheckpoint = std::chrono::milliseconds(50);

}  // namespace

Retention::Retention(Environment environment) : x_env(std::move(environment)) {}

Retention::~Retention() {
  end_thread();
}

bool Retention::is_wanted() const {
  const auto& sites = x_env.sites.all();
  return std::any_of(sites.begin(), sites.end(),
                     [](const Site& site) { return site.retention > Duration{0}; });
}

// The next of the partition's stored visitors who seem not to have been seen; `from` is moved on,
// and empty at the end.
Result<std::vector<VisitorKey>> Retention::candidates(PartitionId partition, EventTime now,
                                                      std::string& from) {
  std::vector<VisitorKey> keys;
  Result<void> outcome;
  Visitor visitor;
  std::string next;
  auto read = x_env.store.scan(Table::kVisitors, from, state_format::partition_end(partition),
                               [&](std::string_view row, std::string_view value) {
                                 if (keys.size() == limits::kForgottenAtOnceMax) {
                                   next = row;
                                   return false;
                                 }
                                 visitor.key = state_format::visitor_of(row);
                                 auto totals = decode_totals(value, visitor);
                                 if (!totals) return outcome = totals.error(), false;
                                 const Site* const site = x_env.sites.find(visitor.site);
                                 if (site != nullptr && is_unseen(visitor, *site, now))
                                   keys.push_back(visitor.key);
                                 return true;
                               });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  from = std::move(next);
  return keys;
}

// False: a checkpoint was written meanwhile; try again.
Result<bool> Retention::forget(PartitionId partition, std::vector<VisitorKey> candidates) {
  const size_t shard_index = to_index(partition) % x_env.config.shards;
  uint64_t since = 0;
  auto asked = x_env.on_shard(shard_index, [&](Shard& shard) -> Result<void> {
    since = shard.partition(partition)->checkpoint_position();
    return {};
  });
  if (!asked) return asked.error();
  auto deadlines =
      Deadlines::stored(x_env.store, partition, {candidates.begin(), candidates.end()});
  if (!deadlines) return deadlines.error();
  const std::span<const VisitorKey> all(candidates);
  std::vector<ModelThread::Forgotten> sessions;
  std::vector<IdentityBook::Forgotten> links;
  bool done = true;
  for (size_t at = 0; at < all.size() && done && !x_stopping; at += limits::kForgottenSliceMax) {
    Shard::RetentionJob job{all.subspan(at, std::min(limits::kForgottenSliceMax, all.size() - at)),
                            *deadlines,
                            since,
                            {},
                            0,
                            0,
                            0};
    auto forgot = x_env.on_shard(shard_index, [&](Shard& shard) -> Result<void> {
      auto result = shard.forget_unseen(partition, job);
      if (!result) return result.error();
      done = *result;
      return {};
    });
    if (!forgot) return forgot.error();
    if (job.forgotten.empty()) continue;
    x_to_clear[partition] = job.position;
    x_forgotten += job.forgotten.size();
    for (const VisitorKey visitor : job.forgotten) {
      sessions.push_back({partition, visitor, job.session});
      links.push_back({visitor, job.claim});
    }
  }
  if (sessions.empty()) return done;
  if (auto forgotten = x_env.identity.forget(links); !forgotten) return forgotten.error();
  if (x_env.model == nullptr) return done;
  std::vector<uint64_t> counts(sessions.size(), 0);
  if (auto unlearnt = x_env.model->forget(sessions, counts); !unlearnt) return unlearnt.error();
  return done;
}

Result<void> Retention::sweep(PartitionId partition) {
  EventTime now;
  auto asked =
      x_env.on_shard(to_index(partition) % x_env.config.shards, [&](Shard& shard) -> Result<void> {
        now = shard.partition(partition)->clock();
        return {};
      });
  if (!asked) return asked;
  if (x_env.clock_mode.load() == ClockMode::kWall) now = as_event_time(x_env.clock.now());
  std::string from;
  state_format::append_partition(partition, from);
  while (!from.empty() && !x_stopping) {
    auto keys = candidates(partition, now, from);
    if (!keys) return keys.error();
    if (keys->empty()) continue;
    for (bool done = false; !done && !x_stopping;) {
      auto forgot = forget(partition, *keys);
      if (!forgot) return forgot.error();
      done = *forgot;
    }
  }
  return {};
}

Result<bool> Retention::are_checkpointed() {
  bool all = true;
  for (const auto& [partition, position] : x_to_clear) {
    auto asked = x_env.on_shard(
        to_index(partition) % x_env.config.shards,
        [&all, partition = partition, position = position](Shard& shard) -> Result<void> {
          all = shard.is_checkpointed(partition, position) && all;
          return {};
        });
    if (!asked) return asked.error();
  }
  return all;
}

// RocksDB would keep what was deleted until a compaction happens to come by.
Result<void> Retention::give_space_back() {
  std::vector<TableRange> ranges;
  for (const auto& [partition, position] : x_to_clear) {
    std::string begin;
    state_format::append_partition(partition, begin);
    for (const Table table : {Table::kVisitors, Table::kNames, Table::kDeadlines}) {
      ranges.push_back({table, begin, state_format::partition_end(partition)});
    }
  }
  ranges.push_back({Table::kIdentity, "j", "y"});  // the journal, persons, ids, refusals
  return x_env.store.purge(ranges);
}

Result<Retention::Step> Retention::step() {
  if (x_env.failed.load() || !is_wanted()) return Step::kIdle;
  if (x_to_clear.empty()) {
    const WallTime now = x_env.clock.now();
    if (now < x_next) return Step::kIdle;
    for (uint32_t p = 0; p < x_env.config.partitions && !x_stopping; ++p) {
      auto swept = sweep(PartitionId{static_cast<uint16_t>(p)});
      if (!swept) return swept.error();
    }
    x_next = now + kEvery;
    return x_to_clear.empty() ? Step::kIdle : Step::kDone;
  }
  auto checkpointed = are_checkpointed();
  if (!checkpointed) return checkpointed.error();
  if (!*checkpointed) return Step::kWaiting;
  if (auto given = give_space_back(); !given) return given.error();
  x_to_clear.clear();
  return Step::kDone;
}

// --- the thread

void Retention::start() {
  if (is_wanted()) x_thread = std::thread([this] { run(); });
}

void Retention::run() {
  begin_thread("rk-retention", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    lock.unlock();
    auto stepped = step();
    if (!stepped && x_env.on_trouble) x_env.on_trouble(stepped.error());
    lock.lock();
    const bool waits = stepped && *stepped != Step::kIdle;
    const auto pause = waits ? kLookForCheckpoint : std::chrono::milliseconds(kLookEvery);
    x_news.wait_for(lock, pause, [this] { return x_stopping.load(); });
  }
}

void Retention::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_news.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

}  // namespace rekindle
