#include "core/definitions.h"

#include <algorithm>
#include <chrono>

#include "core/shard.h"
#include "core/thread_role.h"

namespace rekindle {
namespace {

// Rows of Table::kPartitions that belong to no partition.
constexpr std::string_view kRulesRow = "\xff\xffr";
constexpr std::string_view kWaitingRow = "\xff\xffq";
constexpr auto kTryAgain = std::chrono::seconds(1);

}  // namespace

Definitions::Definitions(Environment environment) : x_env(std::move(environment)) {}

Definitions::~Definitions() {
  end_thread();
}

// --- at start

Result<void> Definitions::load() {
  auto rules = read_row(x_env.store, Table::kPartitions, kRulesRow);
  if (!rules) return rules.error();
  if (*rules) {
    auto decoded = decode_rules(**rules);
    if (!decoded) return decoded.error();
    x_rules = *std::move(decoded);
  }
  auto waiting = read_row(x_env.store, Table::kPartitions, kWaitingRow);
  if (!waiting) return waiting.error();
  if (*waiting) {
    auto decoded = decode_wanted(**waiting);
    if (!decoded) return decoded.error();
    x_waiting = *std::move(decoded);
  }
  // A store rebuilt from its log alone knows them from the partitions.
  for (const auto& shard : x_env.shards) {
    for (const auto& partition : shard->partitions()) {
      if (partition->rules().version > x_rules.version) x_rules = partition->rules();
    }
  }
  return {};
}

// The rules as they will be when all that was accepted is in force.
Result<Rules> Definitions::with_all_accepted() const {
  Rules rules = x_rules.pending.empty() ? x_rules : switched(x_rules);
  if (x_waiting.empty()) return rules;
  auto during = with_pending(rules, x_waiting, x_env.references_of);
  if (!during) return during.error();
  return switched(*during);
}

Result<void> Definitions::open(const std::vector<AudienceDefinition>& configuration) {
  if (auto loaded = load(); !loaded) return loaded;
  auto accepted = with_all_accepted();
  if (!accepted) return accepted.error();
  auto amended = amend(*accepted, configuration);
  if (!amended) return amended.error();
  if (*amended) {  // no traffic yet: all of it at once, what was accepted included
    if (auto made = x_env.make_operators(**amended); !made) return made.error();
    // Written first, so that every partition gets the same ids even if this is interrupted.
    if (auto stored = store(**amended, {}); !stored) return stored;
    x_rules = **std::move(amended);
    x_waiting.clear();
  }
  auto adopted = adopt_everywhere();
  if (adopted && x_env.on_in_force) x_env.on_in_force(x_rules);
  return adopted;
}

Result<void> Definitions::adopt_everywhere() {
  for (const auto& shard : x_env.shards) {
    if (auto adopted = shard->adopt(x_rules); !adopted) return adopted;
  }
  return {};
}

Result<void> Definitions::store(const Rules& rules, const std::vector<WantedAudience>& waiting) {
  StateBatch batch;
  std::string value;
  encode_rules(rules, value);
  batch.put(Table::kPartitions, kRulesRow, value);
  if (waiting.empty()) {
    batch.remove(Table::kPartitions, kWaitingRow);
  } else {
    value.clear();
    encode_wanted(waiting, value);
    batch.put(Table::kPartitions, kWaitingRow, value);
  }
  return x_env.store.write(batch);
}

// --- accepting

Result<void> Definitions::check(const WantedAudience& wanted, const Rules& during) const {
  auto made = x_env.make_operators(switched(during));
  if (made) return {};
  if (!wanted.removes) return made.error();
  return Error{ErrorCode::kInvalidArgument, "others refer to it\n" + made.error().detail};
}

Result<bool> Definitions::change(const WantedAudience& wanted) {
  const std::string& name = wanted.definition.name;
  if (!is_audience_name(name)) {
    return Error{ErrorCode::kInvalidArgument, "an audience's name is 1 to 64 of a-z, 0-9 and _"};
  }
  const std::lock_guard changing(x_changing);
  auto before = with_all_accepted();
  if (!before) return before.error();
  if (wanted.removes && before->find(name) == nullptr) {
    return Error{ErrorCode::kNotFound, "no audience of that name"};
  }
  auto during = with_pending(*before, {&wanted, 1}, x_env.references_of);
  if (!during) {
    if (!wanted.removes) return during.error();
    return Error{ErrorCode::kInvalidArgument, "others refer to it\n" + during.error().detail};
  }
  if (during->pending.empty()) return false;
  if (auto checked = check(wanted, *during); !checked) return checked.error();
  std::vector<WantedAudience> waiting = x_waiting;
  std::erase_if(waiting, [&](const auto& one) { return one.definition.name == name; });
  waiting.push_back(wanted);
  if (auto stored = store(x_rules, waiting); !stored) return stored.error();
  const std::lock_guard lock(x_mutex);
  x_waiting = std::move(waiting);
  x_has_news = true;
  x_news.notify_one();
  return true;
}

DefinitionsState Definitions::state() const {
  const std::lock_guard lock(x_mutex);
  DefinitionsState state{x_rules, 0, 0, x_waiting};
  if (x_job != nullptr) {
    state.evaluated = x_job->evaluated.load(std::memory_order_relaxed);
    state.to_evaluate = x_job->to_evaluate.load(std::memory_order_relaxed);
  }
  return state;
}

Rules Definitions::rules() const {
  const std::lock_guard lock(x_mutex);
  return x_rules;
}

// --- one redefinition after the other

Result<void> Definitions::begin() {
  auto during = with_pending(x_rules, x_waiting, x_env.references_of);
  if (!during) return during.error();
  if (auto stored = store(*during, {}); !stored) return stored;
  const std::lock_guard lock(x_mutex);
  x_rules = *std::move(during);
  x_waiting.clear();
  return {};
}

Result<void> Definitions::resume() {
  auto job = std::make_unique<RedefinitionJob>();
  job->during = x_rules;
  job->after = switched(x_rules);
  job->on_progress = [this] { notify(); };
  for (size_t i = 0; i < x_env.shards.size(); ++i) {
    auto during = x_env.make_operators(job->during);
    if (!during) return during.error();
    auto after = x_env.make_operators(job->after);
    if (!after) return after.error();
    job->operators.emplace_back(*std::move(during), *std::move(after));
  }
  const std::lock_guard lock(x_mutex);
  x_job = std::move(job);
  x_told = false;
  return {};
}

Result<void> Definitions::tell() {
  auto told = x_env.on_shards([this](Shard& shard) {
    shard.work_on(*x_job);
    return Result<void>();
  });
  x_told = told.has_value();
  return told;
}

Result<void> Definitions::decide() {
  if (auto stored = store(x_job->after, x_waiting); !stored) return stored;
  x_job->is_decided.store(true);
  for (const auto& shard : x_env.shards) shard->inbox().bell().ring();
  return {};
}

void Definitions::finish() {
  {
    const std::lock_guard lock(x_mutex);
    x_rules = x_job->after;
    x_job.reset();
  }
  if (x_env.on_in_force) x_env.on_in_force(x_rules);
}

Result<bool> Definitions::step() {
  const std::lock_guard changing(x_changing);
  if (x_env.failed.load()) return false;
  if (x_rules.pending.empty()) {
    if (x_waiting.empty()) return false;
    if (auto begun = begin(); !begun) return begun.error();
    return true;
  }
  if (x_job == nullptr) {
    if (auto resumed = resume(); !resumed) return resumed.error();
    return true;
  }
  if (!x_told) {
    if (auto told = tell(); !told) return told.error();
    return true;
  }
  const size_t shards = x_env.shards.size();
  if (x_job->shards_switched.load() == shards) return finish(), true;
  if (x_job->is_decided.load() || x_job->shards_evaluated.load() < shards) return false;
  if (auto decided = decide(); !decided) return decided.error();
  return true;
}

void Definitions::notify() {
  const std::lock_guard lock(x_mutex);
  x_has_news = true;
  x_news.notify_one();
}

void Definitions::start() {
  x_has_news = true;
  x_thread = std::thread([this] { run(); });
}

void Definitions::run() {
  begin_thread("rk-definitions", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    x_news.wait(lock, [this] { return x_stopping || x_has_news; });
    x_has_news = false;
    lock.unlock();
    Result<bool> stepped = true;
    while (stepped && *stepped) stepped = step();
    if (!stepped && x_env.on_trouble) x_env.on_trouble(stepped.error());
    lock.lock();
    if (!stepped && !x_stopping) {
      x_news.wait_for(lock, kTryAgain, [this] { return x_stopping; });
      x_has_news = true;
    }
  }
}

void Definitions::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_news.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

}  // namespace rekindle
