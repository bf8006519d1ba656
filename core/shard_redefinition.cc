// A shard's part in a redefinition: one record between two batches, until all its partitions have
// evaluated their visitors, and again until all have switched. See core/definitions.h.
#include <algorithm>

#include "core/customer_thread.h"
#include "core/definitions.h"
#include "core/shard.h"

namespace rekindle {

void Shard::work_on(RedefinitionJob& job) {
  if (x_job == &job) return;  // told again
  x_job = &job;
  x_job_step = JobStep::kBegin;
  x_next_redefined = 0;
  auto& [during, after] = job.operators[x_index];
  x_operators.put(job.during.version, std::move(during));
  x_operators.put(job.after.version, std::move(after));
  for (const auto& partition : x_partitions) {  // what was evaluated before a restart counts too
    if (partition->rules().version != job.during.version) continue;
    job.to_evaluate.fetch_add(partition->to_evaluate());
    job.evaluated.fetch_add(partition->evaluated());
  }
}

// The next partition that `wants` it, beginning with the one after the last.
template <typename Wants>
Partition* Shard::next_redefined(Wants wants) {
  for (size_t i = 0; i < x_partitions.size(); ++i) {
    const size_t index = (x_next_redefined + i) % x_partitions.size();
    if (!wants(*x_partitions[index])) continue;
    x_next_redefined = index + 1;
    return x_partitions[index].get();
  }
  return nullptr;
}

Result<void> Shard::redefine(Partition& partition, size_t most) {
  const EventTime now = now_for(partition);
  if (auto read = partition.deadlines().bring(now); !read) return read;
  // What is due goes first: the changes of a switch must not come before older ones.
  const bool is_late = partition.deadlines().next() <= now;
  const RecordKind kind = is_late ? RecordKind::kTick : RecordKind::kRedefinition;
  auto begun = partition.begin(kind, now, false, is_late ? limits::kFiresPerBatchMax / 4 : 0);
  if (!begun) return begun;
  if (!is_late) {
    if (auto done = apply_job_step(partition, most); !done) return done;
  }
  x_batch.partitions.push_back(partition.finish());
  if (auto committed = commit(); !committed) return committed;
  publish();
  return {};
}

Result<void> Shard::apply_job_step(Partition& partition, size_t most) {
  const VisitorNumber before = partition.evaluated();
  Result<void> done;
  switch (x_job_step) {
    case JobStep::kBegin:
      done = partition.begin_redefinition(x_job->during, x_operators);
      x_job->to_evaluate.fetch_add(partition.to_evaluate());
      break;
    case JobStep::kEvaluate:
      done = partition.evaluate_some(most);
      x_job->evaluated.fetch_add(partition.evaluated() - before);
      bump(x_counters.evaluated, partition.evaluated() - before);
      break;
    case JobStep::kSwitch: done = partition.switch_definitions(x_operators); break;
  }
  return done;
}

// Beside events: small slices, with rests between them that let a burst through, and only as fast
// as what they change is saved. Alone: as fast as that.
Result<bool> Shard::redefine_at_leisure(bool had_events) {
  x_redefinition_rests = false;
  if (x_checkpointer.is_full() || x_checkpointer.is_behind()) return false;  // it rings
  const int64_t began = monotonic_ns();
  const bool beside_events = is_live(began);
  if (beside_events && x_redefinition_pace.is_resting(began)) {
    x_redefinition_rests = true;
    return false;
  }
  auto more = redefine_some(had_events || beside_events);
  const int64_t ended = monotonic_ns();
  x_redefinition_pace.worked(ended - began, ended);
  return more;
}

Result<bool> Shard::redefine_some(bool beside_events) {
  const uint32_t during = x_job->during.version;
  Partition* partition = nullptr;
  switch (x_job_step) {
    case JobStep::kBegin:
      partition = next_redefined([&](Partition& p) { return p.rules().version < during; });
      break;
    case JobStep::kEvaluate:
      partition = next_redefined([](Partition& p) { return p.is_evaluating(); });
      break;
    case JobStep::kSwitch:
      if (!x_job->is_decided.load()) return false;
      partition = next_redefined([&](Partition& p) { return p.rules().version == during; });
      break;
  }
  // A rank nobody asked for so far: who is above it is known when its boundary has come down.
  if (partition == nullptr && x_job_step == JobStep::kEvaluate && !has_all_insights()) return false;
  if (partition != nullptr) {
    const size_t most = limits::kEvaluatedAtOnceMax / (beside_events ? 4 : 1);
    if (auto done = redefine(*partition, most); !done) return done.error();
    return true;
  }
  end_job_step();
  return true;
}

bool Shard::has_all_insights() const {
  if (!x_env.customers.has_answered()) return false;
  if (x_env.customers.version() != x_targets.version) return false;
  if (x_targets.version == 0) return true;  // nobody ever asked for any
  return std::find(x_unsettled.begin(), x_unsettled.end(), true) == x_unsettled.end();
}

void Shard::end_job_step() {
  RedefinitionJob& job = *x_job;
  const auto on_progress = job.on_progress;  // once the last shard has switched, the job is gone
  switch (x_job_step) {
    case JobStep::kBegin: x_job_step = JobStep::kEvaluate; return;
    case JobStep::kEvaluate:
      x_job_step = JobStep::kSwitch;
      job.shards_evaluated.fetch_add(1);
      break;
    case JobStep::kSwitch:
      x_operators.forget_before(job.after.version);
      x_job = nullptr;
      job.shards_switched.fetch_add(1);
      break;
  }
  on_progress();
}

}  // namespace rekindle
