// A shard: one thread, the only writer of its partitions. Drains its inbox, applies the events,
// puts the batch with its effects into the log in one write, then acknowledges and publishes.
//
// Thread: its own (run), or the caller's (step) when the engine has no threads.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/checkpointer.h"
#include "core/engine.h"
#include "core/operators_cache.h"
#include "core/pace.h"
#include "core/partition.h"
#include "core/query.h"
#include "core/watches.h"

namespace rekindle {

class CustomerThread;
class IdentityThread;
class ModelThread;
class Voices;
struct RedefinitionJob;

// What all shards share.
struct ShardEnvironment {
  const EngineConfig& config;
  Log& log;
  StateStore& store;
  const Clock& clock;
  const Sites& sites;
  const MakeOperators& make_operators;
  const Decider* decider;  // may be null
  ModelThread* model;      // may be null
  IdentityThread& identity;
  Tallies* tallies;  // null: nothing is offered
  CustomerThread& customers;
  Voices& voices;
  BackgroundWriter& writer;
  const std::atomic<const ChangeListener*>& listener;  // null: nobody follows
  const std::atomic<ClockMode>& clock_mode;
  std::atomic<bool>& failed;  // set when a write failed: nothing is acknowledged any more
  std::vector<std::atomic<uint64_t>>& last_changes;  // by partition, committed
  const std::function<void(const Error&)>& on_failure;

  void report(const Error& error) const {
    if (on_failure) on_failure(error);
  }
};

class Shard {
 public:
  Shard(const ShardEnvironment& environment, size_t index, size_t shards);
  ~Shard();

  // --- before traffic ----------------------------------------------------------------------------
  // Loads the partitions and replays the log. Called on any one thread.
  [[nodiscard]] Result<void> recover(std::atomic<uint64_t>& records_done);
  // Logs and applies new rules in every partition that has others; what is pending in them begins.
  [[nodiscard]] Result<void> adopt(const Rules& rules);

  void start();
  // Refuses what still comes, finishes what waits, ends the thread.
  void stop();
  [[nodiscard]] Result<void> checkpoint_all();

  // One round: a batch, or due deadlines, or queries. False when there was nothing to do.
  bool step();

  // Logs a tick at `now` in every partition and fires all that is due. On the shard's thread.
  [[nodiscard]] Result<void> tick(EventTime now);
  // Tells what changed about customers and brings all partitions to what is published. The same.
  [[nodiscard]] Result<void> settle();

  // Erases a visitor, whose stored deadlines were read when the partition's checkpoint was at
  // `since`: fills `mark` and `counts`, has them kept, then commits. False: a checkpoint was
  // written meanwhile, read again. On the shard's thread.
  struct ErasureJob {
    SiteId site{};
    std::string_view name;
    std::vector<std::string> deadlines;
    uint64_t since = 0;
    ErasureMark& mark;
    ErasedCounts& counts;
    std::function<Result<void>()> keep;
  };
  [[nodiscard]] Result<bool> erase(PartitionId partition, ErasureJob job);
  // Forgets those of these visitors who were not seen for their site's retention; otherwise as
  // erase(). A slice: they go into one record.
  struct RetentionJob {
    std::span<const VisitorKey> candidates;
    Deadlines::Rows& deadlines;
    uint64_t since = 0;
    // Filled: who was forgotten, and where the partition's streams were then.
    std::vector<VisitorKey> forgotten;
    uint64_t position = 0;
    uint64_t session = 0;
    uint64_t claim = 0;
  };
  [[nodiscard]] Result<bool> forget_unseen(PartitionId partition, RetentionJob& job);
  // Whether the partition is checkpointed up to here; if not, it will be soon. The same.
  [[nodiscard]] bool is_checkpointed(PartitionId partition, uint64_t position);

  // Appends what is known of visitors, as bytes; of who is not known none. In shard_voices.cc; on
  // the shard's thread.
  struct VisitorBytes {
    VisitorKey visitor;
    std::string bytes;
  };
  [[nodiscard]] Result<void> read_visitors(std::span<const VisitorKey> visitors,
                                           std::vector<VisitorBytes>& out);
  // Has visitors be what is asked for, and logs what that changes; appends who speaks for a person
  // that entered or left audiences. The same.
  [[nodiscard]] Result<void> look(std::span<const VoiceLook> looks, std::vector<VisitorKey>& moved);
  // Gives back the queries that wait for these visitors: something of their person changed. The
  // same.
  void wake(std::span<const VisitorKey> visitors);

  // Takes part in a redefinition from now on, between batches. On the shard's thread. The job may
  // go once it counts every shard as switched, or the shard has stopped.
  void work_on(RedefinitionJob& job);

  // Queries that wait for a visitor to be touched. On the shard's thread.
  [[nodiscard]] Watches& watches() { return x_watches; }
  void stop_waiting(VisitorKey visitor, const Query* waiting);

  [[nodiscard]] Inbox& inbox() { return x_inbox; }
  [[nodiscard]] const ShardCounters& counters() const { return x_counters; }
  [[nodiscard]] Partition* partition(PartitionId id);  // null when another shard's
  [[nodiscard]] const std::vector<std::unique_ptr<Partition>>& partitions() const {
    return x_partitions;
  }
  [[nodiscard]] const ShardEnvironment& environment() const { return x_env; }

 private:
  struct Waiting {  // a parcel of which some records are still to be applied
    Parcel* parcel;
    size_t offset;
  };
  struct Share {  // of a batch: one partition's records
    std::vector<std::string_view> records;
    std::vector<Parcel*> parcels;  // whose record it is
    std::vector<VisitorKey> keys;
    std::vector<CachedVisitor*> visitors;  // in memory already, or null
    std::vector<Proposal*> proposals;      // asked after the records
    size_t due = 0;                        // visitors that fire before them, as far as is known
  };

  struct Replay {  // records of one partition that are applied together
    std::vector<std::pair<uint64_t, std::string>> records;
    std::vector<VisitorKey> visitors;
  };

  enum class JobStep : uint8_t { kBegin, kEvaluate, kSwitch };

  [[nodiscard]] Result<bool> between_batches(bool had_events);
  [[nodiscard]] Result<bool> redefine_at_leisure(bool had_events);
  [[nodiscard]] Result<bool> redefine_some(bool beside_events);
  [[nodiscard]] Result<void> redefine(Partition& partition, size_t most);
  [[nodiscard]] Result<void> apply_job_step(Partition& partition, size_t most);
  template <typename Wants>
  [[nodiscard]] Partition* next_redefined(Wants wants);
  void end_job_step();
  [[nodiscard]] bool has_all_insights() const;
  [[nodiscard]] Result<void> adopt(Partition& partition, const Rules& rules);
  [[nodiscard]] Result<void> apply_replay(Partition& partition, Replay& replay);
  void run();
  [[nodiscard]] Result<void> tick_partitions(EventTime now);
  void take_messages();
  void gather();
  [[nodiscard]] Result<void> read_ahead();
  void list_due(Partition& partition, EventTime now, Share& share);
  CachedVisitor* list_visitor(Partition& partition, VisitorKey key);  // null: not in memory
  [[nodiscard]] Result<void> read_missing();
  void pass_due(Share& share);
  [[nodiscard]] bool is_live(int64_t now_ns) const;
  void look_at_pace();
  [[nodiscard]] bool has_turn(Partition& partition, EventTime now);
  [[nodiscard]] Result<void> begin_firing(Partition& partition, RecordKind kind, EventTime now,
                                          bool event_clock, size_t most);
  // Begins a partition's record of events, and fires what is due in it as far as its turn allows.
  [[nodiscard]] Result<void> begin_events(Partition& partition);
  [[nodiscard]] Result<void> apply_share(Partition& partition, Share& share);
  // In shard_proposals.cc.
  void gather_proposals();
  [[nodiscard]] Result<void> apply_proposals(Partition& partition, Share& share);
  void answer_proposals();
  [[nodiscard]] Result<void> fire_due();
  [[nodiscard]] Result<void> commit();
  // In shard_insights.cc.
  void gather_customers();
  [[nodiscard]] bool talk_about_customers();
  [[nodiscard]] bool look_for_targets();
  [[nodiscard]] Result<bool> move_insights(size_t most);
  [[nodiscard]] Result<size_t> move_insights(Partition& partition, size_t most);
  void quarantine_collision(std::string_view record, Parcel& parcel);
  void publish();  // and empties the batch
  void reply();
  void wake_watchers(std::string_view changes, uint32_t count);
  void answer_queries();
  void give_back(Message* message);
  void ring();
  void fail(const Error& error);
  [[nodiscard]] EventTime now_for(const Partition& partition) const;
  [[nodiscard]] int64_t sleep_ms();

  ShardEnvironment x_env;
  size_t x_index;
  size_t x_shards;
  ShardCounters x_counters;
  OperatorsCache x_operators;
  Inbox x_inbox;
  std::vector<std::unique_ptr<Partition>> x_partitions;  // id = index × shards + x_index
  Checkpointer x_checkpointer;
  std::thread x_thread;
  std::atomic<bool> x_stopping{false};
  bool x_has_thread = false;  // written by that thread; else whoever calls step() drives it

  // The batch under way.
  std::deque<Waiting> x_waiting;
  std::vector<Parcel*> x_finished;
  std::vector<Query*> x_queries;
  Watches x_watches;
  std::vector<Query*> x_woken;        // by this batch; they go back after its acks
  std::deque<Proposal*> x_proposals;  // that wait for a batch
  std::vector<Proposal*> x_decided;   // of the batch
  std::vector<Share> x_shares;        // by index into x_partitions
  std::vector<size_t> x_touched;      // which of them the batch touches
  // Of its deadlines and events, as they are applied; null: not in memory.
  std::vector<const CachedVisitor*> x_ahead;
  size_t x_applied = 0;                                      // how many of them are
  std::vector<std::pair<Partition*, VisitorKey>> x_missing;  // … are to be read
  std::string x_missing_rows;                                // … and their rows' names
  LogBatch x_batch;
  std::vector<std::string> x_collisions;  // quarantine entries of this batch
  CommittedChanges x_committed;           // of this batch
  std::vector<Message*> x_taken;
  std::vector<Mailbox*> x_to_ring;
  size_t x_next_due = 0;  // round robin over partitions with due deadlines

  std::vector<VisitorKey> x_voices_touched;  // reused
  std::vector<VisitorKey> x_newcomers;       // reused

  std::vector<CustomerChange> x_customer_changes;  // not told yet
  CustomerTargets x_targets;                       // what partitions are to be brought to
  std::vector<bool> x_unsettled;   // by index into x_partitions: may not be there yet
  int64_t x_targets_since_ns = 0;  // when the first of them came that is not reached; 0: all are
  size_t x_next_unsettled = 0;     // round robin
  RedefinitionJob* x_job = nullptr;
  JobStep x_job_step = JobStep::kBegin;
  size_t x_next_redefined = 0;  // round robin over partitions
  int64_t x_events_at_ns = 0;   // the last batch with events
  Pace x_redefinition_pace{limits::kRestPerWork};
  DuePace x_fire_pace;
  int64_t x_fire_ns = 0;              // what due deadlines took of this round
  bool x_may_fire = true;             // this round: deadlines that are due are not resting
  size_t x_ordered = 0;               // this round: due entries that had to be put in order
  bool x_reads_ahead = false;         // there is more to read of what will be due
  bool x_redefinition_rests = false;  // looks again within a millisecond
};

}  // namespace rekindle
