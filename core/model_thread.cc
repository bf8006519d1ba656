#include "core/model_thread.h"

#include <algorithm>
#include <chrono>

#include "core/bytes.h"
#include "core/log_format.h"
#include "core/thread_role.h"

namespace rekindle {
namespace {

constexpr std::string_view kRow = "decide";
// Older versions held counts instead of sessions: they are learnt anew from what the log has.
constexpr uint8_t kVersion = 2;
// News are gathered this long before they are learnt and published together.
constexpr auto kGather = std::chrono::milliseconds(100);
// A save writes the whole model: this far apart, or so that it takes at most this share of time.
constexpr auto kSaveEvery = std::chrono::seconds(60);
constexpr int kSaveShare = 50;

}  // namespace

ModelThread::ModelThread(Log& log, StateStore& store, Decider& decider, uint32_t partitions,
                         std::function<void(const Error&)> on_trouble)
    : x_log(log),
      x_store(store),
      x_decider(decider),
      x_on_trouble(std::move(on_trouble)),
      x_seqs(partitions, 0),
      x_saved(partitions) {}

ModelThread::~ModelThread() {
  end_thread();
}

Result<void> ModelThread::recover() {
  const std::string_view keys[] = {kRow};
  Result<void> outcome;
  auto read = x_store.multi_get(Table::kModels, keys, [&](size_t, std::string_view value) {
    ByteReader reader(value);
    const auto version = reader.fixed<uint8_t>();
    if (version > 0 && version < kVersion) return;
    const size_t count = reader.count(1);
    if (version != kVersion || count != x_seqs.size()) {
      outcome = Error{version > kVersion ? ErrorCode::kNewerVersion : ErrorCode::kCorruptRecord,
                      "saved model"};
      return;
    }
    for (uint64_t& seq : x_seqs) seq = reader.varint();
    const auto model = reader.bytes();
    outcome = reader.ok() ? x_decider.restore(model)
                          : Result<void>(Error{ErrorCode::kCorruptRecord, "saved model"});
  });
  if (!read) return read;
  for (size_t p = 0; p < x_seqs.size(); ++p) x_saved[p] = x_seqs[p];
  if (!outcome) return outcome;
  return catch_up();
}

Result<void> ModelThread::catch_up() {
  bool learnt = false;
  Result<void> outcome;
  ClosedSession session;
  for (size_t p = 0; p < x_seqs.size(); ++p) {
    const PartitionId partition{static_cast<uint16_t>(p)};
    auto read =
        x_log.read_sessions(partition, x_seqs[p], [&](uint64_t first, std::string_view value) {
          std::string_view content;
          auto count = read_effects_header(value, content);
          if (!count) return outcome = count.error(), false;
          ByteReader reader(content);
          for (uint64_t seq = first; seq < first + count.value(); ++seq) {
            if (!read_session(reader, session)) {
              return outcome = Error{ErrorCode::kCorruptRecord, "session log"}, false;
            }
            if (seq <= x_seqs[p]) continue;
            x_decider.learn(session);
            x_seqs[p] = seq;
            learnt = true;
          }
          return true;
        });
    if (!read) return read;
    if (!outcome) return outcome;
  }
  if (learnt) x_decider.publish();
  return {};
}

Result<void> ModelThread::save() {
  std::string value;
  ByteWriter writer(value);
  writer.fixed(kVersion);
  writer.varint(x_seqs.size());
  for (const uint64_t seq : x_seqs) writer.varint(seq);
  std::string model;
  x_decider.save(model);
  writer.bytes(model);
  StateBatch batch;
  batch.put(Table::kModels, kRow, value);
  if (auto written = x_store.write(batch); !written) return written;
  for (size_t p = 0; p < x_seqs.size(); ++p) x_saved[p] = x_seqs[p];
  return {};
}

void ModelThread::start() {
  x_running = true;
  x_thread = std::thread([this] { run(); });
}

void ModelThread::notify() {
  if (!x_news.exchange(true)) x_changed.notify_one();
}

void ModelThread::run() {
  begin_thread("rk-model", ThreadRole::kBackground);
  auto save_at = std::chrono::steady_clock::now() + kSaveEvery;
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    // A notification can slip in between the test and the wait; the time limit bounds its delay.
    x_changed.wait_for(lock, std::chrono::seconds(1),
                       [this] { return x_stopping || x_news || !x_tasks.empty(); });
    run_tasks(lock);
    if (x_stopping) break;
    if (!x_news) continue;
    x_changed.wait_for(lock, kGather, [this] { return x_stopping || !x_tasks.empty(); });
    run_tasks(lock);
    x_news = false;
    lock.unlock();
    auto done = catch_up();
    const auto now = std::chrono::steady_clock::now();
    if (done && now > save_at) {
      done = save();
      const auto saved = std::chrono::steady_clock::now();
      save_at = saved + std::max<std::chrono::nanoseconds>(kSaveEvery, (saved - now) * kSaveShare);
    }
    // Tried again with the next news: decisions are of an older model until then.
    if (!done && x_on_trouble) x_on_trouble(done.error());
    lock.lock();
  }
  run_tasks(lock);
  x_running = false;
}

void ModelThread::run_tasks(std::unique_lock<std::mutex>& lock) {
  while (!x_tasks.empty()) {
    Task& task = *x_tasks.front();
    lock.unlock();
    task.body();
    lock.lock();
    x_tasks.erase(x_tasks.begin());
    task.is_done = true;
    x_done.notify_all();
  }
}

void ModelThread::call(const std::function<void()>& task) {
  std::unique_lock lock(x_mutex);
  if (!x_running) return task();
  Task waiting{task};
  x_tasks.push_back(&waiting);
  x_changed.notify_all();
  x_done.wait(lock, [&] { return waiting.is_done; });
}

void ModelThread::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_changed.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

Result<void> ModelThread::stop() {
  end_thread();
  if (auto learnt = catch_up(); !learnt) return learnt;
  return save();
}

}  // namespace rekindle
