#include "core/identity_thread.h"

#include <chrono>

#include "core/limits.h"
#include "core/log_format.h"
#include "core/thread_role.h"

namespace rekindle {
namespace {

// News are gathered this long before they are decided and stored together.
constexpr auto kGather = std::chrono::milliseconds(20);

}  // namespace

IdentityThread::IdentityThread(Log& log, StateStore& store, const Clock& clock,
                               const IdentityConfig& config, uint32_t partitions,
                               std::function<void(const Error&)> on_trouble)
    : x_log(log),
      x_clock(clock),
      x_on_trouble(std::move(on_trouble)),
      x_book(store, config, partitions),
      x_followed(partitions) {}

IdentityThread::~IdentityThread() {
  end_thread();
}

Result<void> IdentityThread::open() {
  const std::lock_guard working(x_working);
  auto opened = x_book.open();
  if (opened) publish();
  return opened;
}

void IdentityThread::publish() {
  const IdentityState& state = x_book.state();
  for (size_t p = 0; p < x_followed.size(); ++p) x_followed[p] = state.seqs[p];
  {
    const std::lock_guard lock(x_mutex);
    x_counts = x_book.counts();
  }
  if (x_on_persons) x_on_persons();
}

IdentityBook::Counts IdentityThread::counts() const {
  const std::lock_guard lock(x_mutex);
  return x_counts;
}

// --- following

// Decides on the next claims of a partition, at most `most`; returns how many.
Result<size_t> IdentityThread::take_some(PartitionId partition, size_t most) {
  const uint64_t after = x_book.state().seqs[to_index(partition)];
  size_t taken = 0;
  Result<void> outcome;
  Claim claim;
  auto read = x_log.read_claims(partition, after, [&](uint64_t first, std::string_view value) {
    std::string_view content;
    auto count = read_effects_header(value, content);
    if (!count) return outcome = count.error(), false;
    ByteReader reader(content);
    for (uint64_t seq = first; seq < first + *count; ++seq) {
      if (!read_claim(reader, claim)) {
        return outcome = Error{ErrorCode::kCorruptRecord, "claim log"}, false;
      }
      if (seq <= after) continue;
      if (taken == most) return false;
      ++taken;
      if (is_blank(claim)) {  // its visitor was erased
        x_book.pass(partition, seq);
        continue;
      }
      outcome = x_book.take(claim, partition, seq, x_clock.now());
      if (!outcome) return false;
    }
    return true;
  });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return taken;
}

// The log first: what was decided must not outlive its claim in a power cut.
Result<void> IdentityThread::commit() {
  if (!x_book.has_changes()) return {};
  if (auto synced = x_log.sync(); !synced) return synced;
  if (auto written = x_book.commit(); !written) return written;
  publish();
  return {};
}

// One round of all partitions, committed. True when there was something.
Result<bool> IdentityThread::follow_some() {
  size_t taken = 0;
  for (size_t p = 0; p < x_followed.size() && taken < limits::kClaimsPerRoundMax; ++p) {
    auto some =
        take_some(PartitionId{static_cast<uint16_t>(p)}, limits::kClaimsPerRoundMax - taken);
    if (!some) return some.error();
    taken += *some;
  }
  if (auto committed = commit(); !committed) return committed.error();
  return taken > 0;
}

Result<bool> IdentityThread::follow() {
  bool any = false;
  while (true) {
    auto some = follow_some();
    if (!some) return give_up(some.error());
    if (!*some) return any;
    any = true;
  }
}

// What is not stored is not decided: it is tried again from the last commit.
Error IdentityThread::give_up(const Error& error) {
  x_news = true;
  auto opened = x_book.open();
  return opened ? error : opened.error();
}

Result<bool> IdentityThread::step() {
  if (!x_news.exchange(false)) return false;
  bool any = false;
  while (true) {  // others have their turn between rounds
    const std::lock_guard working(x_working);
    auto some = follow_some();
    if (!some) return give_up(some.error());
    if (!*some) return any;
    any = true;
  }
}

// --- looking and changing

Result<std::optional<Person>> IdentityThread::find(SiteId site, std::string_view text) {
  const std::lock_guard working(x_working);
  return x_book.find(site, text);
}

Result<std::vector<IdentityDecision>> IdentityThread::journal(uint64_t after, size_t most,
                                                              std::optional<SiteId> site) {
  const std::lock_guard working(x_working);
  return x_book.journal(after, most, site);
}

// Decides on what there is, changes the book, and stores that; whatever fails, nothing is changed.
template <typename Change>
Result<void> IdentityThread::change(Change change_book) {
  const std::lock_guard working(x_working);
  if (auto followed = follow(); !followed) return followed.error();
  Result<void> changed = change_book();
  if (changed) changed = commit();
  if (!changed) return give_up(changed.error());
  return {};
}

Result<void> IdentityThread::unmerge(SiteId site, uint64_t decision) {
  return change([&]() -> Result<void> {
    const Error unknown{ErrorCode::kNotFound, "no link of decision " + std::to_string(decision)};
    if (decision == 0) return unknown;
    auto line = x_book.journal(decision - 1, 1, std::nullopt);
    if (!line) return line.error();
    if (line->empty() || line->front().number != decision || line->front().site != site) {
      return unknown;
    }
    return x_book.unmerge(decision, x_clock.now());
  });
}

Result<uint64_t> IdentityThread::unmerge(SiteId site, std::string_view visitor) {
  uint64_t links = 0;
  auto changed = change([&]() -> Result<void> {
    auto unmerged = x_book.unmerge(id_key(visitor_key(site, visitor)), x_clock.now());
    if (!unmerged) return unmerged.error();
    links = *unmerged;
    return {};
  });
  if (!changed) return changed.error();
  return links;
}

Result<void> IdentityThread::forget(std::span<IdentityBook::Forgotten> all) {
  return change([&] { return x_book.forget(all, x_clock.now()); });
}

// --- the thread

void IdentityThread::start() {
  x_thread = std::thread([this] { run(); });
}

void IdentityThread::notify() {
  if (!x_news.exchange(true)) x_changed.notify_one();
}

void IdentityThread::run() {
  begin_thread("rk-identity", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    // A notification can slip in between the test and the wait; the time limit bounds its delay.
    x_changed.wait_for(lock, std::chrono::seconds(1), [this] { return x_stopping || x_news; });
    if (x_stopping) return;
    if (!x_news) continue;
    x_changed.wait_for(lock, kGather, [this] { return x_stopping; });
    lock.unlock();
    auto done = step();
    if (!done && x_on_trouble) x_on_trouble(done.error());
    lock.lock();
    if (!done) x_changed.wait_for(lock, std::chrono::seconds(1), [this] { return x_stopping; });
  }
}

void IdentityThread::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_changed.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

Result<void> IdentityThread::catch_up() {
  const std::lock_guard working(x_working);
  auto followed = follow();
  return followed ? Result<void>() : followed.error();
}

Result<void> IdentityThread::stop() {
  end_thread();
  return catch_up();
}

}  // namespace rekindle
