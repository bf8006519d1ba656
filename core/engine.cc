#include "core/engine.h"

#include <future>
#include <thread>

#include "core/assert.h"
#include "core/customer_thread.h"
#include "core/log_format.h"
#include "core/model_thread.h"
#include "core/shard.h"

namespace rekindle {
namespace {

// A row of Table::kPartitions that belongs to no partition.
constexpr std::string_view kCountRow = "\xff\xffp";

}  // namespace

Engine::Engine(const EngineConfig& config, EngineParts parts)
    : x_config(config),
      x_parts(std::move(parts)),
      x_clock_mode(config.clock),
      x_last_changes(config.partitions) {
  x_writer = std::make_unique<BackgroundWriter>(x_parts.log, x_parts.store, config.threads,
                                                x_parts.on_trouble);
  if (x_parts.decider != nullptr && !x_parts.decider->offers().empty()) {
    x_tallies = std::make_unique<Tallies>();
  }
  if (x_parts.decider != nullptr) {
    x_model = std::make_unique<ModelThread>(x_parts.log, x_parts.store, *x_parts.decider,
                                            config.partitions, x_parts.on_trouble);
  }
  x_identity =
      std::make_unique<IdentityThread>(x_parts.log, x_parts.store, x_parts.clock, config.identity,
                                       config.partitions, x_parts.on_trouble);
  x_voices = std::make_unique<Voices>(Voices::Environment{
      x_config, x_identity->companions(), x_parts.on_trouble, x_failed,
      [this](size_t shard, const auto& call) { return on_shard(shard, call); }});
  x_identity->tell_of_persons([this] { x_voices->notify(); });
  x_customers = std::make_unique<CustomerThread>(config.partitions, x_parts.clock, x_clock_mode,
                                                 x_parts.customer_models.get());
  const ShardEnvironment environment{x_config,
                                     x_parts.log,
                                     x_parts.store,
                                     x_parts.clock,
                                     x_parts.sites,
                                     x_parts.make_operators,
                                     x_parts.decider.get(),
                                     x_model.get(),
                                     *x_identity,
                                     x_tallies.get(),
                                     *x_customers,
                                     *x_voices,
                                     *x_writer,
                                     x_listening,
                                     x_clock_mode,
                                     x_failed,
                                     x_last_changes,
                                     x_parts.on_failure};
  x_references_of = [this](const AudienceRule& rule, const Rules& rules) {
    return references(rule, rules);
  };
  x_definitions = std::make_unique<Definitions>(Definitions::Environment{
      x_parts.store, x_parts.make_operators, x_references_of, x_parts.on_trouble, x_failed,
      x_shards, [this](const auto& call) { return on_every_shard(call); },
      [this](const Rules& rules) {
        if (x_parts.decider != nullptr) x_parts.decider->adopt(rules);
      }});
  x_erasures = std::make_unique<Erasures>(Erasures::Environment{
      x_config, x_parts.log, x_parts.store, x_parts.clock, x_parts.sites, x_model.get(),
      *x_identity, x_parts.on_trouble, x_failed,
      [this](size_t shard, const auto& call) { return on_shard(shard, call); }});
  x_retention = std::make_unique<Retention>(Retention::Environment{
      x_config, x_parts.store, x_parts.clock, x_clock_mode, x_parts.sites, x_model.get(),
      *x_identity, x_parts.on_trouble, x_failed,
      [this](size_t shard, const auto& call) { return on_shard(shard, call); }});
  for (size_t i = 0; i < config.shards; ++i) {
    x_shards.push_back(std::make_unique<Shard>(environment, i, config.shards));
  }
}

Engine::~Engine() {
  x_voices->end_thread();
  x_retention->end_thread();
  x_erasures->end_thread();
  x_definitions->end_thread();
  x_identity->end_thread();
  x_customers->stop();
  for (auto& shard : x_shards) shard->stop();
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineConfig& config, EngineParts parts,
                                             const std::vector<AudienceDefinition>& audiences,
                                             const std::function<void(double)>& progress) {
  if (config.partitions == 0 || config.partitions > limits::kPartitionsMax || config.shards == 0 ||
      config.shards > config.partitions) {
    return Error{ErrorCode::kInvalidConfiguration, "partitions must be 1 … " +
                                                       std::to_string(limits::kPartitionsMax) +
                                                       " and shards 1 … partitions"};
  }
  std::unique_ptr<Engine> engine(new Engine(config, std::move(parts)));
  if (auto checked = engine->check_partitions(); !checked) return checked.error();
  // Neither looks at what the other does, and they take about as long.
  auto restoring =
      std::async(config.threads ? std::launch::async : std::launch::deferred, [&engine] {
        return engine->x_model != nullptr ? engine->x_model->restore() : Result<void>{};
      });
  const auto recovered = engine->recover(progress);
  const auto restored = restoring.get();
  if (!recovered) return recovered.error();
  if (!restored) return restored.error();
  if (auto opened = engine->x_identity->open(); !opened) return opened.error();
  // Before anything is logged: an erasure knows by the log's end whether it was committed.
  if (auto resumed = engine->x_erasures->open(); !resumed) return resumed.error();
  if (auto defined = engine->x_definitions->open(audiences); !defined) return defined.error();
  if (config.threads) {
    engine->start();
  } else if (engine->x_model != nullptr) {
    if (auto learnt = engine->x_model->catch_up(); !learnt) return learnt.error();
  }
  return engine;
}

Result<void> Engine::check_partitions() {
  auto stored = read_row(x_parts.store, Table::kPartitions, kCountRow);
  if (!stored) return stored.error();
  const std::string wanted = std::to_string(x_config.partitions);
  if (!*stored) {
    StateBatch batch;
    batch.put(Table::kPartitions, kCountRow, wanted);
    return x_parts.store.write(batch);
  }
  if (**stored == wanted) return {};
  return Error{ErrorCode::kInvalidConfiguration,
               "this store has " + **stored + " partitions, the configuration says " + wanted +
                   "; the number is fixed at first start"};
}

Result<void> Engine::recover(const std::function<void(double)>& progress) {
  std::atomic<uint64_t> done{0};
  std::vector<std::future<Result<void>>> running;
  for (auto& shard : x_shards) {
    running.push_back(std::async(x_config.threads ? std::launch::async : std::launch::deferred,
                                 [&done, &shard] { return shard->recover(done); }));
  }
  uint64_t total = 0;
  for (uint32_t p = 0; progress && p < x_config.partitions; ++p) {
    // Only for the progress: a log that cannot say so fails in a shard, where it is an error.
    if (auto end = x_parts.log.end(PartitionId{static_cast<uint16_t>(p)}); end) total += *end;
  }
  Result<void> outcome;
  for (auto& future : running) {
    while (progress && x_config.threads &&
           future.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout) {
      progress(total == 0 ? 1.0 : static_cast<double>(done.load()) / static_cast<double>(total));
    }
    auto result = future.get();
    if (!result && outcome) outcome = result;
  }
  return outcome;
}

void Engine::start() {
  for (auto& shard : x_shards) shard->start();
  if (x_model != nullptr) x_model->start();
  x_identity->start();
  x_customers->start([this] {
    for (auto& shard : x_shards) shard->inbox().bell().ring();
  });
  x_running = true;
  x_definitions->start();
  x_erasures->start();
  x_retention->start();
  x_voices->start();
}

Result<void> Engine::stop() {
  x_voices->end_thread();  // these may still wait for a shard
  x_retention->end_thread();
  x_erasures->end_thread();
  x_definitions->end_thread();
  x_running = false;
  x_customers->stop();
  for (auto& shard : x_shards) shard->stop();
  if (x_failed.load()) {
    return Error{ErrorCode::kStoreFailed, "stopped after a failed write; nothing was checkpointed"};
  }
  for (auto& shard : x_shards) {
    if (auto written = shard->checkpoint_all(); !written) return written;
  }
  if (x_model != nullptr) {
    if (auto saved = x_model->stop(); !saved) return saved;
  }
  if (auto decided = x_identity->stop(); !decided) return decided;
  return x_parts.log.sync();
}

Inbox& Engine::inbox(size_t shard) {
  return x_shards[shard]->inbox();
}

size_t Engine::shard_of(VisitorKey key) const {
  return to_index(partition_of(key, x_config.partitions)) % x_shards.size();
}

void Engine::set_clock_mode(ClockMode mode) {
  x_clock_mode.store(mode);
  for (auto& shard : x_shards) shard->inbox().bell().ring();  // its next deadline may be due now
}

void Engine::listen(ChangeListener listener) {
  RK_ASSERT(x_listening.load() == nullptr);
  x_listener = std::move(listener);
  x_listening.store(&x_listener, std::memory_order_release);
}

Result<std::vector<Engine::StoredChange>> Engine::read_changes(PartitionId partition,
                                                               uint64_t after, size_t most) {
  std::vector<StoredChange> changes;
  Result<void> outcome;
  auto read =
      x_parts.log.read_changes(partition, after, [&](uint64_t first, std::string_view value) {
        std::string_view content;
        auto count = read_effects_header(value, content);
        if (!count) return outcome = count.error(), false;
        ByteReader reader(content);
        for (uint64_t seq = first; seq < first + count.value(); ++seq) {
          Change change;
          if (!read_change(reader, change)) {
            return outcome = Error{ErrorCode::kCorruptRecord, "change log"}, false;
          }
          if (seq <= after) continue;
          if (changes.size() == most) return false;
          change.seq = seq;
          changes.push_back({change, std::string(change.visitor_name)});
          changes.back().change.visitor_name = {};
        }
        return true;
      });
  if (!read && read.error().code == ErrorCode::kGone) {
    return Error{ErrorCode::kGone, read.error().detail +
                                       " of this cursor: take the members of the audience and "
                                       "follow from their changes_after"};
  }
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return changes;
}

uint64_t Engine::last_change(PartitionId partition) const {
  return x_last_changes[to_index(partition)].load(std::memory_order_acquire);
}

const ShardCounters& Engine::counters(size_t shard) const {
  return x_shards[shard]->counters();
}

Result<bool> Engine::change_definition(const WantedAudience& wanted) {
  if (x_failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  return x_definitions->change(wanted);
}

Result<std::unique_ptr<AudienceProbe>> Engine::probe(const AudienceDefinition& definition,
                                                     const Rules& rules) const {
  RK_ASSERT(x_parts.make_probe != nullptr);
  return x_parts.make_probe(definition, rules);
}

Result<std::vector<AudienceId>> Engine::references(const AudienceRule& rule,
                                                   const Rules& rules) const {
  if (x_parts.make_probe == nullptr) return std::vector<AudienceId>();
  const auto made = probe({rule.name, rule.title, rule.purpose, rule.when}, rules);
  if (!made) return made.error();
  return (*made)->references();
}

Result<CatalogOutcome> Engine::change_catalog(const CatalogUpload& upload) {
  if (x_failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  if (x_model == nullptr) return Error{ErrorCode::kNotFound, "this server decides nothing"};
  return x_parts.decider->change_catalog(
      upload, [this](const std::function<void()>& task) { x_model->call(task); });
}

CatalogSummary Engine::catalog(SiteId site) const {
  return x_parts.decider == nullptr ? CatalogSummary{} : x_parts.decider->catalog(site);
}

bool Engine::step() {
  bool busy = false;
  for (auto& shard : x_shards) busy = shard->step() || busy;
  const auto decided = x_failed.load() ? Result<bool>(false) : x_identity->step();
  if (!decided && x_parts.on_trouble) x_parts.on_trouble(decided.error());
  const auto looked = x_voices->step();
  if (!looked && x_parts.on_trouble) x_parts.on_trouble(looked.error());
  const auto stepped = x_definitions->step();
  if (!stepped && x_parts.on_trouble) x_parts.on_trouble(stepped.error());
  const auto erased = x_erasures->step();
  if (!erased && x_parts.on_trouble) x_parts.on_trouble(erased.error());
  const auto forgot = x_retention->step();
  if (!forgot && x_parts.on_trouble) x_parts.on_trouble(forgot.error());
  return busy || (decided && *decided) || (looked && *looked) || (stepped && *stepped) ||
         (erased && *erased != Erasures::Step::kIdle) ||
         (forgot && *forgot != Retention::Step::kIdle);
}

const CustomerCounters& Engine::customer_counters() const {
  return x_customers->counters();
}

std::vector<DescribedModel> Engine::models() const {
  if (x_parts.customer_models == nullptr) return {};
  std::vector<DescribedModel> models;
  for (const SiteModel& model : x_customers->models()) {
    models.push_back({model.site, x_parts.customer_models->describe(model.model)});
  }
  return models;
}

void Engine::run_until_idle() {
  do {
    while (step()) {
    }
  } while (x_customers->catch_up());
}

Result<void> Engine::checkpoint_now() {
  for (auto& shard : x_shards) {
    if (auto written = shard->checkpoint_all(); !written) return written;
  }
  return {};
}

}  // namespace rekindle
