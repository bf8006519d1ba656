#include "core/background_writer.h"

#include "core/thread_role.h"

namespace rekindle {

BackgroundWriter::BackgroundWriter(Log& log, StateStore& store, bool threaded,
                                   std::function<void(const Error&)> on_trouble)
    : x_log(log), x_store(store), x_threaded(threaded), x_on_trouble(std::move(on_trouble)) {
  if (threaded) x_thread = std::thread([this] { run(); });
}

BackgroundWriter::~BackgroundWriter() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_changed.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

void BackgroundWriter::write(StateBatch batch, Done done) {
  add({std::move(batch), std::move(done), {}});
}

void BackgroundWriter::trim(std::vector<LogTrim> positions) {
  add({{}, {}, std::move(positions)});
}

void BackgroundWriter::add(Job job) {
  std::vector<Job> alone;
  alone.push_back(std::move(job));
  if (!x_threaded) return write_all(alone);
  {
    const std::lock_guard lock(x_mutex);
    x_jobs.push_back(std::move(alone.front()));
  }
  x_changed.notify_all();
}

void BackgroundWriter::drain() {
  std::unique_lock lock(x_mutex);
  x_changed.wait(lock, [this] { return x_jobs.empty() && !x_busy; });
}

void BackgroundWriter::run() {
  begin_thread("rk-writer", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (true) {
    x_changed.wait(lock, [this] { return x_stopping || !x_jobs.empty(); });
    if (x_jobs.empty()) return;
    std::vector<Job> jobs;
    jobs.swap(x_jobs);
    x_busy = true;
    lock.unlock();
    write_all(jobs);
    lock.lock();
    x_busy = false;
    x_changed.notify_all();
  }
}

void BackgroundWriter::write_all(std::vector<Job>& jobs) {
  const auto synced = x_log.sync();
  for (Job& job : jobs) {
    if (job.done) {
      job.done(synced ? x_store.write(job.batch) : synced);
    } else {
      trim_now(job);
    }
  }
}

void BackgroundWriter::trim_now(const Job& job) {
  auto trimmed = x_store.flush();
  if (trimmed) trimmed = x_log.trim(job.trims);
  // Nothing is lost but disk space: the log keeps what it has, and the next minute tries again.
  if (!trimmed && x_on_trouble) x_on_trouble(trimmed.error());
}

}  // namespace rekindle
