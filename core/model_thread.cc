#include "core/model_thread.h"

#include <algorithm>
#include <chrono>

#include "core/bytes.h"
#include "core/log_format.h"
#include "core/own_heap.h"
#include "core/thread_role.h"

namespace rekindle {
namespace {

constexpr std::string_view kRow = "decide";
// Older versions held counts instead of sessions: they are learnt anew from what the log has.
constexpr uint8_t kVersion = 2;
constexpr auto kGatherMin = std::chrono::milliseconds(4);
constexpr auto kGatherMax = std::chrono::seconds(2);
constexpr int kRestShare = 9;
// A save writes the whole model: this far apart, or so that it takes at most this share of time.
constexpr auto kSaveEvery = std::chrono::seconds(60);
constexpr int kSaveShare = 50;

}  // namespace

std::chrono::nanoseconds model_gathers(std::chrono::nanoseconds took) {
  return std::clamp<std::chrono::nanoseconds>(took * kRestShare, kGatherMin, kGatherMax);
}

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

Result<void> ModelThread::restore() {
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
  return outcome;
}

Result<void> ModelThread::catch_up() {
  const std::lock_guard lock(x_learning);
  auto learnt = learn_new();
  x_decider.publish();
  return learnt;
}

// Calls take(seq, session) for each session after `after`, until it returns false.
template <typename Take>
Result<void> ModelThread::read_sessions(PartitionId partition, uint64_t after, Take take) {
  Result<void> outcome;
  ClosedSession session;
  auto read = x_log.read_sessions(partition, after, [&](uint64_t first, std::string_view value) {
    std::string_view content;
    auto count = read_effects_header(value, content);
    if (!count) return outcome = count.error(), false;
    ByteReader reader(content);
    for (uint64_t seq = first; seq < first + count.value(); ++seq) {
      if (!rekindle::read_session(reader, session)) {
        return outcome = Error{ErrorCode::kCorruptRecord, "session log"}, false;
      }
      if (seq > after && !take(seq, session)) return false;
    }
    return true;
  });
  return read ? outcome : read;
}

Result<void> ModelThread::learn_new() {
  for (size_t p = 0; p < x_seqs.size(); ++p) {
    auto read = read_sessions(PartitionId{static_cast<uint16_t>(p)}, x_seqs[p],
                              [&](uint64_t seq, const ClosedSession& session) {
                                x_seqs[p] = seq;
                                if (is_blank(session)) return true;  // its visitor was erased
                                x_decider.learn(session);
                                return true;
                              });
    if (!read) return read;
  }
  return {};
}

// Who came back since has new sessions, which forgetting the visitor took out too.
Result<void> ModelThread::learn_again(const Forgotten& forgotten) {
  const uint64_t known = x_seqs[to_index(forgotten.partition)];
  if (known <= forgotten.upto) return {};
  return read_sessions(forgotten.partition, forgotten.upto,
                       [&](uint64_t seq, const ClosedSession& session) {
                         if (seq > known) return false;
                         if (session.visitor == forgotten.visitor) x_decider.learn(session);
                         return true;
                       });
}

Result<void> ModelThread::forget(std::span<const Forgotten> all, std::span<uint64_t> counts) {
  const std::lock_guard lock(x_learning);
  if (auto learnt = learn_new(); !learnt) return learnt;
  for (size_t i = 0; i < all.size(); ++i) {
    counts[i] += x_decider.forget(all[i].visitor);
    if (auto again = learn_again(all[i]); !again) return again;
  }
  x_decider.publish();
  return save();
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
  x_news = true;
  x_thread = std::thread([this] { run(); });
}

void ModelThread::notify() {
  if (!x_news.exchange(true)) x_changed.notify_one();
}

void ModelThread::run() {
  begin_thread("rk-model", ThreadRole::kBackground);
  use_own_heap();
  auto save_at = std::chrono::steady_clock::now() + kSaveEvery;
  auto gathers = model_gathers({});
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    // A notification can slip in between the test and the wait; the time limit bounds its delay.
    x_changed.wait_for(lock, std::chrono::seconds(1), [this] { return x_stopping || x_news; });
    if (x_stopping) return;
    if (!x_news) continue;
    x_changed.wait_for(lock, gathers, [this] { return x_stopping; });
    x_news = false;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    auto done = catch_up();
    const auto now = std::chrono::steady_clock::now();
    gathers = model_gathers(now - began);
    if (done && now > save_at) {
      const std::lock_guard learning(x_learning);
      done = save();
      const auto saved = std::chrono::steady_clock::now();
      save_at = saved + std::max<std::chrono::nanoseconds>(kSaveEvery, (saved - now) * kSaveShare);
    }
    // Tried again with the next news: decisions are of an older model until then.
    if (!done && x_on_trouble) x_on_trouble(done.error());
    lock.lock();
  }
}

void ModelThread::call(const std::function<void()>& task) {
  const std::lock_guard lock(x_learning);
  task();
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
  const std::lock_guard learning(x_learning);
  if (auto learnt = learn_new(); !learnt) return learnt;
  return save();
}

}  // namespace rekindle
