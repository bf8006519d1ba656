// The engine: shards, their partitions, the background writer and the model thread, behind one
// front. The program makes it from a Log, a StateStore, a Clock and a factory of operators.
//
// Thread: open/start/stop from one thread; everything else from any, as each says.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/audience_probe.h"
#include "core/change.h"
#include "core/clock.h"
#include "core/customer_counters.h"
#include "core/customer_models.h"
#include "core/decider.h"
#include "core/definitions.h"
#include "core/erasures.h"
#include "core/identity_thread.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/mailbox.h"
#include "core/retention.h"
#include "core/rules.h"
#include "core/shard_counters.h"
#include "core/site.h"
#include "core/state_store.h"
#include "core/tallies.h"
#include "core/voices.h"

namespace rekindle {

// What moves a partition's clock. See DESIGN: a store for live traffic runs on kWall; imports and
// demonstrations on kEvents, where the largest event time seen is now.
enum class ClockMode : uint8_t { kWall, kEvents };

struct EngineConfig {
  uint32_t partitions = limits::kPartitionsDefault;  // fixed once a store exists
  uint32_t shards = 1;                               // threads; at most `partitions`
  Durability durability = Durability::kDurable;
  ClockMode clock = ClockMode::kWall;
  size_t inbox_bytes_max = limits::kInboxBytesDefault;  // per shard
  size_t cache_bytes_max = 1'024ULL * 1'024 * 1'024;    // visitors in memory, all shards together
  uint32_t checkpoint_dirty_visitors = 8'000;  // a partition is checkpointed at this many changed
  uint32_t checkpoint_events = 16'000;         // … or at this many events since the last one
  Duration log_retention = days(7);
  uint64_t log_bytes_max = 20ULL * 1'024 * 1'024 * 1'024;
  // An erased visitor's name stays so long in the change feed, so that those it went to can follow.
  Duration erasure_feed_time = hours(1);
  Duration erasure_within = hours(24);  // after the request an erasure is promised to be complete
  IdentityConfig identity;
  std::vector<unsigned> shard_cores;  // by shard, the core it stays on; empty: anywhere
  bool threads = true;                // false: nothing runs by itself; tests call step()
};

// The changes of one commit, as they are handed to whoever follows the feed.
struct CommittedChanges {
  struct Share {
    PartitionId partition{};
    uint64_t first_seq = 0;
    uint32_t count = 0;
  };
  std::vector<Share> shares;  // one for each partition that has some
  std::string changes;        // core/change.h, back to back, one share's after the other's
  int64_t committed_ns = 0;   // monotonic
};
// Called on a shard's thread after a commit that has changes. Must not block.
using ChangeListener = std::function<void(const CommittedChanges&)>;

struct EngineParts {
  Log& log;
  StateStore& store;
  const Clock& clock;
  const Sites& sites;
  MakeOperators make_operators;
  std::unique_ptr<Decider> decider;  // may be null: decide then answers "nothing"
  // Told once why the engine cannot go on, on the thread that noticed. May be empty.
  std::function<void(const Error&)> on_failure;
  // Told, on one of the engine's threads, what went wrong and will be tried again. May be empty.
  std::function<void(const Error&)> on_trouble;
  std::unique_ptr<CustomerModels> customer_models = nullptr;  // null: lifetime values are unknown
  // May be empty: then audiences are not previewed, explained, or known to refer to others.
  MakeProbe make_probe = {};
};

class Shard;
class CustomerThread;
class ModelThread;
class BackgroundWriter;

class Engine {
 public:
  // Reads checkpoints and replays the log from there; when it returns, state is as if the process
  // had never stopped. Brings the rules to `audiences`, the configuration's (core/rules.h: amend).
  // Progress (0 … 1) is reported while recovering, if asked.
  // Errors: kInvalidExpression, kInvalidConfiguration (partition count differs from the store's),
  // kCorruptRecord, kNewerVersion, kStoreFailed, kDiskFull.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(
      const EngineConfig& config, EngineParts parts,
      const std::vector<AudienceDefinition>& audiences,
      const std::function<void(double)>& progress = {});
  ~Engine();  // stops if still running, without a final checkpoint

  // Stops taking messages, commits what waits, checkpoints every partition, ends the threads.
  [[nodiscard]] Result<void> stop();

  // --- sending; one Sender per (io thread, shard), made on that thread -------------------------
  [[nodiscard]] size_t shards() const { return x_shards.size(); }
  [[nodiscard]] Inbox& inbox(size_t shard);
  [[nodiscard]] size_t shard_of(VisitorKey key) const;
  [[nodiscard]] uint32_t partitions() const { return x_config.partitions; }

  // --- time; any thread ------------------------------------------------------------------------
  [[nodiscard]] ClockMode clock_mode() const { return x_clock_mode.load(); }
  // Takes effect with each shard's next batch.
  void set_clock_mode(ClockMode mode);
  // Logs a tick at `now` in every partition and fires what is due. Returns when committed.
  [[nodiscard]] Result<void> tick(EventTime now);
  // Returns when ranks and lifetime value models know everything committed before, every customer
  // was judged by the boundaries that came of it, and every person looked at as one. Other work
  // waits: for imports.
  [[nodiscard]] Result<void> settle();

  // --- the change feed ---------------------------------------------------------------------------
  // Once; any thread. Changes committed from then on are announced.
  void listen(ChangeListener listener);
  // Changes with seq > after of one partition, at most `most`, oldest first; names are copied into
  // `names_out` storage owned by the caller's vector. Any thread.
  struct StoredChange {
    Change change;
    std::string visitor_name;
  };
  // Errors: kGone when `after` is older than what is kept, besides the log's.
  [[nodiscard]] Result<std::vector<StoredChange>> read_changes(PartitionId partition,
                                                               uint64_t after, size_t most);
  // Seq of the last committed change of a partition. Any thread.
  [[nodiscard]] uint64_t last_change(PartitionId partition) const;

  // --- looking ---------------------------------------------------------------------------------
  [[nodiscard]] const ShardCounters& counters(size_t shard) const;
  [[nodiscard]] const CustomerCounters& customer_counters() const;
  // The newest lifetime value model of each site that has one. Any thread.
  [[nodiscard]] std::vector<DescribedModel> models() const;
  [[nodiscard]] const Sites& sites() const { return x_parts.sites; }
  [[nodiscard]] const Clock& clock() const { return x_parts.clock; }
  [[nodiscard]] Log& log() { return x_parts.log; }
  [[nodiscard]] StateStore& store() { return x_parts.store; }
  [[nodiscard]] Durability durability() const { return x_config.durability; }

  // --- definitions; any thread -------------------------------------------------------------------
  // The definitions in force, and those pending; a copy.
  [[nodiscard]] Rules rules() const { return x_definitions->rules(); }
  [[nodiscard]] DefinitionsState definitions() const { return x_definitions->state(); }
  // Accepts a definition, or the removal of one; true unless it is so already. It comes into force
  // in all partitions once every visitor was evaluated. Blocks while it is compiled and stored.
  // Errors: those of Definitions::change; kStoreFailed after a failed write.
  [[nodiscard]] Result<bool> change_definition(const WantedAudience& wanted);
  // Errors: kInvalidExpression.
  [[nodiscard]] Result<std::unique_ptr<AudienceProbe>> probe(const AudienceDefinition& definition,
                                                             const Rules& rules) const;

  // --- catalogues; any thread -------------------------------------------------------------------
  // Returns once decisions see the change. Blocks while it is read and stored. Errors: those of
  // Decider::change_catalog; kStoreFailed after a failed write.
  [[nodiscard]] Result<CatalogOutcome> change_catalog(const CatalogUpload& upload);
  [[nodiscard]] CatalogSummary catalog(SiteId site) const;

  // --- erasure; any thread
  // ------------------------------------------------------------------------- Forgets a visitor:
  // when it returns, nobody can look them up any more, and what they left in the logs and files
  // will go (core/erasures.h). Blocks. Errors: those of Erasures::accept.
  [[nodiscard]] Result<Erasure> erase(const ErasureRequest& request) {
    return x_erasures->accept(request);
  }
  [[nodiscard]] std::optional<ErasureReceipt> erasure(std::string_view id) const {
    return x_erasures->find(id);
  }
  // Visitors forgotten for not having been seen, since the start.
  [[nodiscard]] uint64_t retired_visitors() const { return x_retention->forgotten(); }
  [[nodiscard]] ErasureTotals erasures() const { return x_erasures->totals(); }

  // --- identity; any thread, may block on the store ---------------------------------------------
  [[nodiscard]] IdentityThread& identity() { return *x_identity; }
  [[nodiscard]] const IdentityThread& identity() const { return *x_identity; }

  // How persons enter audiences. Any thread.
  [[nodiscard]] const Voices& voices() const { return *x_voices; }

  // --- state of the whole ------------------------------------------------------------------------
  // Nothing, or why the engine cannot take events (a failed write). Any thread.
  [[nodiscard]] bool is_failed() const { return x_failed.load(); }
  [[nodiscard]] const Decider* decider() const { return x_parts.decider.get(); }
  // What all visitors share; null: nothing is offered. Any thread.
  [[nodiscard]] const Tallies* tallies() const { return x_tallies.get(); }

  // Without threads: one round of every shard, and one step of a redefinition. False when there was
  // nothing to do. Messages' replies are delivered to their mailboxes as always.
  bool step();
  // Until there is nothing to do, and ranks and models are reached everywhere.
  void run_until_idle();
  // Without threads: checkpoints every partition, writes inline.
  [[nodiscard]] Result<void> checkpoint_now();

 private:
  Engine(const EngineConfig& config, EngineParts parts);
  [[nodiscard]] Result<void> check_partitions();
  [[nodiscard]] Result<void> recover(const std::function<void(double)>& progress);
  [[nodiscard]] Result<void> on_shard(size_t shard,
                                      const std::function<Result<void>(Shard&)>& call);
  [[nodiscard]] Result<void> on_every_shard(const std::function<Result<void>(Shard&)>& call);
  [[nodiscard]] Result<std::vector<AudienceId>> references(const AudienceRule& rule,
                                                           const Rules& rules) const;
  void start();

  EngineConfig x_config;
  EngineParts x_parts;
  std::atomic<ClockMode> x_clock_mode;
  std::atomic<bool> x_failed{false};
  ReferencesOf x_references_of;
  ChangeListener x_listener;
  std::atomic<const ChangeListener*> x_listening{nullptr};  // &x_listener once it is set
  std::vector<std::atomic<uint64_t>> x_last_changes;        // by partition
  bool x_running = false;
  std::unique_ptr<Tallies> x_tallies;  // null: nothing is offered
  std::unique_ptr<BackgroundWriter> x_writer;
  std::unique_ptr<ModelThread> x_model;
  std::unique_ptr<IdentityThread> x_identity;
  std::unique_ptr<Voices> x_voices;
  std::unique_ptr<Definitions> x_definitions;
  std::unique_ptr<Erasures> x_erasures;
  std::unique_ptr<Retention> x_retention;
  std::unique_ptr<CustomerThread> x_customers;
  std::vector<std::unique_ptr<Shard>> x_shards;
};

}  // namespace rekindle
