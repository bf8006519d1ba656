#include "core/customer_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/thread_role.h"

namespace rekindle {

CustomerThread::CustomerThread(uint32_t partitions, const Clock& clock,
                               const std::atomic<ClockMode>& clock_mode, CustomerModels* models)
    : x_clock(clock), x_clock_mode(clock_mode), x_models(models), x_book(partitions, models) {}

CustomerThread::~CustomerThread() {
  stop();
}

void CustomerThread::want(const CustomerNeeds& needs) {
  const std::lock_guard lock(x_mutex);
  x_waiting.needs.add(needs);
  x_waiting.wanted = x_wanted.fetch_add(1, std::memory_order_acq_rel) + 1;
  x_waiting.any = true;
  x_changed.notify_one();
}

void CustomerThread::add(std::vector<CustomerChange>& changes) {
  if (!changes.empty()) put(changes, std::unique_lock(x_mutex));
}

bool CustomerThread::offer(std::vector<CustomerChange>& changes) {
  if (changes.empty()) return true;
  std::unique_lock lock(x_mutex, std::try_to_lock);
  if (!lock.owns_lock() && changes.size() <= limits::kCustomerChangesMax) return false;
  if (!lock.owns_lock()) lock.lock();
  put(changes, std::move(lock));
  return true;
}

void CustomerThread::put(std::vector<CustomerChange>& changes, std::unique_lock<std::mutex> lock) {
  auto& waiting = x_waiting.changes;
  if (waiting.empty()) x_counters.waiting_since_ns.store(monotonic_ns());
  waiting.insert(waiting.end(), changes.begin(), changes.end());
  const bool first = !std::exchange(x_waiting.any, true);
  const bool too_many = waiting.size() > limits::kCustomerChangesMax;
  lock.unlock();
  changes.clear();
  if (first) x_changed.notify_one();
  if (!too_many) return;
  const std::lock_guard book(x_book_mutex);
  if (!apply_waiting()) return;
  lock.lock();
  x_waiting.any = true;  // the cuts have moved, which is still to be published
}

void CustomerThread::complete(CustomerViews views) {
  const std::lock_guard lock(x_mutex);
  x_waiting.completed.push_back(views);
  x_waiting.any = true;
  x_changed.notify_one();
}

void CustomerThread::restore(SiteId site, std::string_view model) {
  if (x_models == nullptr || model.empty()) return;
  const std::lock_guard book(x_book_mutex);
  if (!x_models->restore(site, model)) return;
  publish(x_book.cuts(), {{site, std::string(model)}});
}

bool CustomerThread::read(CustomerTargets& targets) const {
  const std::unique_lock lock(x_mutex, std::try_to_lock);
  if (lock.owns_lock()) targets = x_targets;
  return lock.owns_lock();
}

std::vector<SiteModel> CustomerThread::models() const {
  const std::lock_guard lock(x_mutex);
  return x_targets.models;
}

bool CustomerThread::apply_waiting() {
  Waiting waiting;
  {
    const std::lock_guard lock(x_mutex);
    std::swap(waiting, x_waiting);
    x_counters.waiting_since_ns.store(0);
  }
  x_book.want(waiting.needs);
  x_applied = std::max(x_applied, waiting.wanted);
  for (const CustomerChange& change : waiting.changes) x_book.change(change);
  for (const CustomerViews views : waiting.completed) x_book.complete(views);
  x_counters.changes.fetch_add(waiting.changes.size(), std::memory_order_relaxed);
  return waiting.any;
}

std::vector<SiteModel> CustomerThread::refit() {
  if (x_models == nullptr || !x_book.can_fit()) return {};
  const bool wall = x_clock_mode.load(std::memory_order_relaxed) == ClockMode::kWall;
  CustomerModels::Refit done =
      x_models->refit(wall ? as_event_time(x_clock.now()) : x_book.newest());
  x_counters.refits.fetch_add(done.models.size(), std::memory_order_relaxed);
  x_counters.failed_refits.fetch_add(done.failed, std::memory_order_relaxed);
  return std::move(done.models);
}

bool CustomerThread::publish(std::vector<CutPosition> cuts, std::vector<SiteModel> models) {
  const std::lock_guard lock(x_mutex);
  if (models.empty() && cuts == x_targets.cuts) return false;
  x_targets.cuts = std::move(cuts);
  for (SiteModel& model : models) {
    const auto known =
        std::find_if(x_targets.models.begin(), x_targets.models.end(),
                     [&](const SiteModel& other) { return other.site == model.site; });
    if (known == x_targets.models.end()) {
      x_targets.models.push_back(std::move(model));
    } else {
      *known = std::move(model);
    }
  }
  ++x_targets.version;
  x_version.store(x_targets.version, std::memory_order_release);
  x_counters.publications.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool CustomerThread::catch_up() {
  const std::lock_guard book(x_book_mutex);
  if (!apply_waiting()) return false;
  const bool published = publish(x_book.cuts(), refit());
  if (!x_book.has_all_wanted()) return published;
  return x_answered.exchange(x_applied, std::memory_order_acq_rel) != x_applied || published;
}

void CustomerThread::start(std::function<void()> published) {
  x_published = std::move(published);
  x_thread = std::thread([this] { run(); });
}

void CustomerThread::run() {
  constexpr auto kRhythm = std::chrono::milliseconds(limits::kRankEveryMs);
  begin_thread("rk-customers", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    x_changed.wait(lock, [this] { return x_stopping || x_waiting.any; });
    if (x_stopping) return;
    lock.unlock();
    if (catch_up()) x_published();
    lock.lock();
    x_changed.wait_for(lock, kRhythm, [this] { return x_stopping; });
  }
}

void CustomerThread::stop() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_changed.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

}  // namespace rekindle
