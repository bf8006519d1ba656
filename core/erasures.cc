#include "core/erasures.h"

#include <chrono>

#include "core/limits.h"
#include "core/shard.h"
#include "core/thread_role.h"

namespace rekindle {
namespace {

// Rows of Table::kPartitions that belong to no partition: ff ff 'e' · id.
constexpr std::string_view kRows =
    "\xff\xff"
    "e";
constexpr std::string_view kRowsEnd =
    "\xff\xff"
    "f";
constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kLookForCheckpoint = std::chrono::milliseconds(20);

}  // namespace

std::string Erasures::row_of(std::string_view id) {
  return std::string(kRows).append(id);
}

Erasures::Erasures(Environment environment) : x_env(std::move(environment)) {}

Erasures::~Erasures() {
  end_thread();
}

size_t Erasures::shard_of(PartitionId partition) const {
  return to_index(partition) % x_env.config.shards;
}

Result<void> Erasures::store(const std::vector<Erasure*>& erasures) {
  StateBatch batch;
  std::string value;
  for (const Erasure* const erasure : erasures) {
    value.clear();
    encode_erasure(*erasure, value);
    batch.put(Table::kPartitions, row_of(erasure->receipt.id), value);
  }
  return x_env.store.write(batch);
}

Result<void> Erasures::store(const Erasure& erasure) {
  StateBatch batch;
  std::string value;
  encode_erasure(erasure, value);
  batch.put(Table::kPartitions, row_of(erasure.receipt.id), value);
  return x_env.store.write(batch);
}

Result<void> Erasures::open() {
  Result<void> outcome;
  auto read = x_env.store.scan(Table::kPartitions, kRows, kRowsEnd, [&](auto, auto value) {
    auto erasure = decode_erasure(value);
    if (!erasure) return outcome = erasure.error(), false;
    x_all.emplace(erasure->receipt.id, *erasure);
    return true;
  });
  if (!read) return read;
  if (!outcome) return outcome;
  for (auto& [id, erasure] : x_all) {
    ErasureMark& mark = erasure.mark;
    if (erasure.receipt.state >= ErasureState::kClearing) continue;
    if (mark.applied && mark.known) {
      const auto end = x_env.log.end(mark.partition);
      if (!end) return end.error();
      mark.applied = *end >= mark.position;
    }
    if (mark.applied) continue;
    if (auto applied = apply(erasure); !applied) return applied;
  }
  std::vector<Erasure*> all;
  for (auto& [id, erasure] : x_all) all.push_back(&erasure);
  return forget_links(all);
}

// Reading the stored deadlines takes too long for a shard, so it is done here; what a checkpoint
// wrote in the meantime would be missed, so then it is done again.
Result<void> Erasures::apply(Erasure& erasure) {
  const VisitorKey key = visitor_key(erasure.receipt.site, erasure.name);
  const PartitionId partition = partition_of(key, x_env.config.partitions);
  while (true) {
    uint64_t since = 0;
    auto asked = x_env.on_shard(shard_of(partition), [&](Shard& shard) -> Result<void> {
      since = shard.partition(partition)->checkpoint_position();
      return {};
    });
    if (!asked) return asked;
    auto deadlines = Deadlines::stored(x_env.store, partition, {key});
    if (!deadlines) return deadlines.error();
    bool done = false;
    auto erased = x_env.on_shard(shard_of(partition), [&](Shard& shard) -> Result<void> {
      auto applied = shard.erase(
          partition, {erasure.receipt.site, erasure.name, std::move((*deadlines)[key]), since,
                      erasure.mark, erasure.receipt.counts, [&] { return store(erasure); }});
      if (!applied) return applied.error();
      done = *applied;
      return {};
    });
    if (!erased || done) return erased;
  }
}

// --- accepting

Result<bool> Erasures::is_there(SiteId site, const std::string& name) {
  const PartitionId partition = partition_of(visitor_key(site, name), x_env.config.partitions);
  bool found = false;
  auto asked = x_env.on_shard(shard_of(partition), [&](Shard& shard) -> Result<void> {
    auto target = shard.partition(partition)->erasure_target(site, name);
    if (!target) return target.error();
    found = target->has_value();
    return {};
  });
  if (!asked) return asked.error();
  return found;
}

std::optional<Erasure> Erasures::waiting_for(const ErasureRequest& request) const {
  const std::lock_guard lock(x_mutex);
  for (const auto& [id, erasure] : x_all) {
    if (erasure.receipt.state == ErasureState::kAccepted && erasure.receipt.site == request.site &&
        erasure.name == request.name) {
      return erasure;
    }
  }
  return std::nullopt;
}

Result<Erasure> Erasures::accept(const ErasureRequest& request) {
  if (x_env.sites.find(request.site) == nullptr) return Error{ErrorCode::kUnknownSite, {}};
  if (request.name.empty() || request.name.size() > limits::kVisitorNameBytesMax) {
    return Error{ErrorCode::kInvalidArgument, "a visitor's name has 1 to 128 bytes"};
  }
  const std::lock_guard accepting(x_accepting);
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  if (const auto earlier = waiting_for(request)) {
    auto there = is_there(request.site, request.name);
    if (!there) return there.error();
    if (!*there) return *earlier;
  }
  if (totals().under_way >= limits::kErasuresWaitingMax) {
    return Error{ErrorCode::kOverloaded, "too many erasures are under way"};
  }
  Erasure erasure;
  erasure.receipt.id = request.id;
  erasure.receipt.site = request.site;
  erasure.receipt.requested_at = x_env.clock.now();
  erasure.receipt.complete_by = erasure.receipt.requested_at + x_env.config.erasure_within;
  erasure.receipt.proof = request.proof;
  erasure.secret = request.secret;
  erasure.name = request.name;
  if (auto stored = store(erasure); !stored) return stored.error();
  if (auto applied = apply(erasure); !applied) return applied.error();
  if (auto forgotten = forget_links({&erasure}); !forgotten) return forgotten.error();
  const std::lock_guard lock(x_mutex);
  x_all.emplace(request.id, erasure);
  x_news.notify_one();
  return erasure;
}

std::optional<ErasureReceipt> Erasures::find(std::string_view id) const {
  const std::lock_guard lock(x_mutex);
  const auto found = x_all.find(id);
  if (found == x_all.end()) return std::nullopt;
  return found->second.receipt;
}

ErasureTotals Erasures::totals() const {
  const std::lock_guard lock(x_mutex);
  ErasureTotals totals;
  totals.complete = x_complete;
  const WallTime now = x_env.clock.now();
  for (const auto& [id, erasure] : x_all) {
    if (erasure.receipt.state == ErasureState::kComplete) continue;
    ++totals.under_way;
    totals.overdue += erasure.receipt.complete_by < now;
  }
  return totals;
}

// --- the thread

void Erasures::start() {
  x_thread = std::thread([this] { run(); });
}

void Erasures::run() {
  begin_thread("rk-erasures", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    lock.unlock();
    auto stepped = step();
    if (!stepped && x_env.on_trouble) x_env.on_trouble(stepped.error());
    lock.lock();
    const bool waits = stepped && *stepped == Step::kWaiting;
    const auto pause = waits ? kLookForCheckpoint : std::chrono::milliseconds(kLookEvery);
    x_news.wait_for(lock, pause, [this] { return x_stopping; });
  }
}

void Erasures::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_news.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

}  // namespace rekindle
