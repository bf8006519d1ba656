// A shard before traffic: the log applied to what the checkpoints hold, and new rules.
#include "core/shard.h"

#include "core/log_format.h"

namespace rekindle {
namespace {

constexpr size_t kReplayPortion = 1'024;  // visitors read ahead together while recovering

}  // namespace

Result<void> Shard::recover(std::atomic<uint64_t>& records_done) {
  std::vector<LogPosition> after;
  for (auto& partition : x_partitions) {
    if (auto loaded = partition->load(); !loaded) return loaded;
    if (auto used = partition->use(x_operators); !used) return used;
    after.push_back({partition->id(), partition->state().position});
  }
  std::vector<Replay> replays(x_partitions.size());
  Result<void> outcome;
  auto read =
      x_env.log.read_events(after, [&](PartitionId id, uint64_t position, std::string_view record) {
        Replay& replay = replays[to_index(id) / x_shards];
        replay.records.emplace_back(position, record);
        outcome = Partition::visitors_of(record, replay.visitors);
        records_done.fetch_add(1, std::memory_order_relaxed);
        if (outcome && replay.visitors.size() >= kReplayPortion) {
          outcome = apply_replay(*partition(id), replay);
        }
        return static_cast<bool>(outcome);
      });
  if (!read) return read;
  for (size_t i = 0; outcome && i < x_partitions.size(); ++i) {
    outcome = apply_replay(*x_partitions[i], replays[i]);
    x_env.last_changes[to_index(x_partitions[i]->id())] = x_partitions[i]->state().change_seq;
    if (x_env.tallies != nullptr) x_partitions[i]->hand_over_all_tallies(*x_env.tallies);
    for (const SiteInsights& site : x_partitions[i]->insights().sites()) {
      x_env.customers.restore(site.site, site.model);
    }
  }
  gather_customers();
  x_env.customers.add(x_customer_changes);
  return outcome;
}

Result<void> Shard::apply_replay(Partition& partition, Replay& replay) {
  if (auto ahead = partition.read_ahead(replay.visitors); !ahead) return ahead;
  for (const auto& [position, record] : replay.records) {
    auto applied = partition.replay(position, record, x_operators);
    if (!applied) return applied;
  }
  replay = {};
  return {};
}

Result<void> Shard::adopt(const Rules& rules) {
  for (auto& partition : x_partitions) {
    // What is pending begins after what is in force: two records for who was behind by more.
    while (partition->rules().version != rules.version) {
      if (auto adopted = adopt(*partition, rules); !adopted) return adopted;
      x_batch.partitions.push_back(partition->finish());
      if (auto committed = commit(); !committed) return committed;
      publish();
    }
  }
  gather_customers();
  x_env.customers.add(x_customer_changes);
  return {};
}

Result<void> Shard::adopt(Partition& partition, const Rules& rules) {
  const bool is_next = partition.rules().version + 1 == rules.version;
  const bool has_pending = !partition.rules().pending.empty();
  const bool begins = is_next && !has_pending && !rules.pending.empty();
  // The switch was decided, so every visitor was evaluated.
  const bool switches = is_next && has_pending && !partition.is_evaluating();
  const EventTime now = now_for(partition);
  const RecordKind kind = begins || switches ? RecordKind::kRedefinition : RecordKind::kRules;
  if (auto begun = partition.begin(kind, now, false, 0); !begun) return begun;
  if (begins) return partition.begin_redefinition(rules, x_operators);
  if (switches) return partition.switch_definitions(x_operators);
  if (rules.pending.empty()) return partition.change_rules(rules, x_operators);
  Rules in_force = rules;
  in_force.pending.clear();
  --in_force.version;
  return partition.change_rules(in_force, x_operators);
}

}  // namespace rekindle
