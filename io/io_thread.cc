#include "io/io_thread.h"

#include <algorithm>

#include "core/assert.h"
#include "core/clock.h"
#include "core/limits.h"
#include "core/query.h"
#include "core/thread_role.h"
#include "io/io_loop.h"
#include "io/responses.h"

namespace rekindle::io {
namespace {

constexpr size_t kHandlersPerTurn = 256;
constexpr size_t kEventsPerTurn = limits::kBatchEventsMax / 4;  // then the shards get them
constexpr size_t kRepliesPerTake = 256;
constexpr size_t kSweeps = 8;            // a full round of all connections takes this many ticks
constexpr size_t kQueryCostBytes = 512;  // of an inbox's credit
constexpr int64_t kStopMs = 5'000;       // then connections are cut
constexpr size_t kPooledSubmissionsMax = 4'096;

// Ends the waiting of a query in its shard.
class Withdrawal final : public Query {
 public:
  Withdrawal(VisitorKey visitor, const Query* waiting) : x_visitor(visitor), x_waiting(waiting) {}
  void run(QueryScope& scope) override { scope.wait_no_more(x_visitor, x_waiting); }
  void on_reply() override { delete this; }

 private:
  VisitorKey x_visitor;
  const Query* x_waiting;
};

int64_t monotonic_ms() {
  return monotonic_ns() / 1'000'000;
}

}  // namespace

IoThread::IoThread(const ServerParts& parts, FeedTap& tap)
    : x_parts(parts),
      x_tap(tap),
      x_agents(Crawlers::shipped()),
      x_intake(parts.engine, parts.intake),
      x_followers(parts.engine, tap, x_counters),
      x_sweep_ms(monotonic_ms()),
      x_date(date_header(parts.engine.clock().now().ms)),
      x_loop(std::make_unique<IoLoop>(*this, tap.mailbox.bell().fd())) {
  x_intake.guard(parts.consent);
  x_intake.watch_for_bots(parts.bots, x_agents);
  x_intake.tell(parts.debug);
  x_senders.reserve(parts.engine.shards());
  for (size_t i = 0; i < parts.engine.shards(); ++i) x_senders.emplace_back(parts.engine.inbox(i));
}

IoThread::~IoThread() {
  RK_ASSERT(!x_thread.joinable());
}

Result<uint16_t> IoThread::listen(const std::string& address, uint16_t port, bool shared) {
  return x_loop->listen(address, port, shared);
}
void IoThread::start(std::optional<unsigned> core) {
  x_thread = std::thread([this, core] {
    begin_thread("rk-io", ThreadRole::kServing);
    if (core) stay_on_core(*core);
    run();
  });
}
void IoThread::stop() {
  x_loop->post_stop();
}
void IoThread::join() {
  if (x_thread.joinable()) x_thread.join();
}

void IoThread::run() {
  x_loop->begin();
  auto& context = x_loop->context();
  while (!is_finished()) {
    size_t work = 0;
    while (work < kHandlersPerTurn && x_outbox_events < kEventsPerTurn && context.poll_one() > 0) {
      ++work;
    }
    send_outbox();
    ring_shards();
    work += take_replies();
    work += x_followers.on_tap();
    if (x_followers.catch_up()) ++work;
    resume_waiting();
    flush_dirty();
    begin_reads();
    ring_shards();
    if (work > 0) continue;
    // Nothing to do: sleep, unless a message came between the look above and the announcement.
    x_tap.mailbox.bell().announce_sleep();
    if (take_replies() + x_followers.on_tap() == 0 && !is_finished()) context.run_one();
    x_tap.mailbox.bell().cancel_sleep();
  }
}

size_t IoThread::take_replies() {
  Message* messages[kRepliesPerTake];
  size_t total = 0;
  while (const size_t n = x_tap.mailbox.take(messages, kRepliesPerTake)) {
    for (size_t i = 0; i < n; ++i) messages[i]->on_reply();
    x_in_flight -= n;
    total += n;
  }
  return total;
}

// --- submissions ---------------------------------------------------------------------------------

Submission& IoThread::new_submission(std::string_view source, std::optional<WallTime> received_at) {
  if (x_free.empty()) {
    x_submissions.push_back(std::make_unique<Submission>(*this, x_senders.size()));
    x_free.push_back(x_submissions.back().get());
  }
  Submission& submission = *x_free.back();
  x_free.pop_back();
  submission.started_ns = monotonic_ns();
  x_intake.start(submission, received_at.value_or(engine().clock().now()), source,
                 x_parts.config.default_site);
  return submission;
}

void IoThread::submit(Submission& submission) {
  submission.accepted = x_intake.accepted();
  submission.without_consent = x_intake.without_consent();
  submission.rejected = x_intake.seen() - x_intake.accepted() - submission.without_consent;
  submission.rejections = x_intake.rejections();
  if (x_intake.lists_verdicts()) {
    submission.verdicts = std::move(x_intake.verdicts());
    for (const EventVerdict& verdict : submission.verdicts) {
      if (verdict.kind != EventVerdict::Kind::kAccepted) continue;
      submission.parcel(verdict.shard).lists_refused = true;
    }
  }
  x_outbox.push_back(&submission);
  x_outbox_events += submission.accepted;
}

void IoThread::drop(Submission& submission) {
  submission.reset();
  x_free.push_back(&submission);
}

void IoThread::finish(Submission& submission) {
  x_counters.ack.add(monotonic_ns() - submission.started_ns);
  if (submission.refused) x_counters.overloads.add();
  if (submission.and_then) {
    submission.and_then(submission);
  } else if (submission.receiver) {
    submission.receiver->on_submission(submission);
  }
  drop(submission);
}

bool IoThread::begin_preview() {
  if (x_previews == limits::kPreviewsMax) return false;
  ++x_previews;
  return true;
}

void IoThread::send_outbox() {
  if (x_is_sending) return;  // asked by an answer given at once: what came before it is sent
  x_is_sending = true;
  x_blocked = false;
  size_t kept = 0;
  for (size_t i = 0; i < x_outbox.size(); ++i) {
    // By index: an answer given at once may not add to the outbox, but nothing here relies on it.
    if (!send(*x_outbox[i])) x_outbox[kept++] = x_outbox[i];
  }
  x_outbox.resize(kept);
  x_outbox_events = 0;  // what was kept waits for room, not for more events
  x_is_sending = false;
  if (kept > 0) x_loop->retry_soon();
}

// After all the messages of a turn, so that a shard on the same core takes them in one batch.
void IoThread::ring_shards() {
  for (Inbox::Sender& sender : x_senders) sender.ring();
}

// False: it waits for room. Once one waits, later ones that may wait do too, which keeps the order
// of a WebSocket's frames in every shard.
bool IoThread::send(Submission& submission) {
  if (submission.waits_for_room && x_blocked) {
    submission.x_queued = true;
    return false;
  }
  for (size_t i = 0; i < x_senders.size() && !submission.waits_for_room; ++i) {
    if (submission.x_parcels[i]->used && x_senders[i].is_full()) submission.refused = true;
  }
  submission.x_queued = false;
  for (size_t i = 0; i < x_senders.size() && !submission.refused; ++i) {
    auto& parcel = *submission.x_parcels[i];
    if (!parcel.used || parcel.sent) continue;
    parcel.sender = &x_tap.mailbox;
    if (x_senders[i].put(&parcel, parcel.cost_bytes())) {
      parcel.sent = submission.any_sent = true;
      ++submission.x_outstanding;
      ++x_in_flight;
    } else if (submission.waits_for_room) {
      x_blocked = submission.x_queued = true;
      return false;
    } else {
      submission.refused = true;
    }
  }
  if (submission.x_outstanding == 0) finish(submission);
  return true;
}

bool IoThread::ask(size_t shard, std::unique_ptr<Query> query) {
  send_outbox();  // the question comes after the events that came before it
  query->sender = &x_tap.mailbox;
  if (!x_senders[shard].put(query.get(), kQueryCostBytes)) {
    x_counters.overloads.add();
    return false;
  }
  ++x_in_flight;
  static_cast<void>(query.release());  // on_reply takes it back
  return true;
}

bool IoThread::begin_live_decision() {
  if (x_live_decisions == limits::kLiveDecisionsPerThreadMax) return false;
  ++x_live_decisions;
  return true;
}

void IoThread::stop_waiting(VisitorKey visitor, const Query* waiting) {
  x_withdrawn.emplace_back(visitor, waiting);
  send_withdrawn();
}

void IoThread::send_withdrawn() {
  while (!x_withdrawn.empty()) {
    const auto [visitor, waiting] = x_withdrawn.back();
    if (!ask(engine().shard_of(visitor), std::make_unique<Withdrawal>(visitor, waiting))) {
      x_loop->retry_soon();
      return;
    }
    x_withdrawn.pop_back();
  }
}

bool IoThread::send_errand(std::unique_ptr<Errand> errand) {
  return send(std::move(errand), x_parts.errands);
}

bool IoThread::send_report(std::unique_ptr<Errand> errand) {
  return send(std::move(errand), x_parts.reports);
}

bool IoThread::send(std::unique_ptr<Errand> errand, Errands& errands) {
  errand->sender = &x_tap.mailbox;
  if (!errands.give(errand.get())) {
    x_counters.overloads.add();
    return false;
  }
  ++x_in_flight;
  static_cast<void>(errand.release());
  return true;
}

bool IoThread::is_backed_up() const {
  if (x_blocked) return true;
  return std::any_of(x_senders.begin(), x_senders.end(),
                     [](const Inbox::Sender& sender) { return sender.is_full(); });
}

void IoThread::resume_later(Connection& connection) {
  x_waiting_to_read.emplace_back(&connection);
  x_loop->retry_soon();
}

void IoThread::resume_waiting() {
  send_withdrawn();
  if (x_waiting_to_read.empty()) return;
  if (is_backed_up()) {
    x_loop->retry_soon();
    return;
  }
  x_flushing.swap(x_waiting_to_read);
  for (const auto& connection : x_flushing) connection->resume_reading();
  x_flushing.clear();
}

void IoThread::read_next_turn(Connection& connection) {
  x_reading_next_turn.emplace_back(&connection);
}

void IoThread::begin_reads() {
  x_flushing.swap(x_reading_next_turn);
  for (const auto& connection : x_flushing) connection->resume_reading();
  x_flushing.clear();
}

// --- connections ---------------------------------------------------------------------------------

void IoThread::adopt(boost::intrusive_ptr<Connection> connection) {
  connection->x_index = x_connections.size();
  x_connections.push_back(std::move(connection));
}

void IoThread::release(Connection& connection) {
  const size_t index = connection.x_index;
  RK_ASSERT(index < x_connections.size() && x_connections[index].get() == &connection);
  const boost::intrusive_ptr<Connection> keep = std::move(x_connections[index]);
  x_connections[index] = std::move(x_connections.back());
  x_connections.pop_back();
  if (index < x_connections.size()) x_connections[index]->x_index = index;
  x_counters.connections_closed.add();
}

bool IoThread::reserve_buffer(size_t bytes) {
  if (x_buffer_bytes + bytes > limits::kBufferBytesMax) return false;
  x_buffer_bytes += bytes;
  return true;
}

void IoThread::mark_dirty(Connection& connection) {
  if (connection.x_dirty) return;
  connection.x_dirty = true;
  x_dirty.emplace_back(&connection);
}

void IoThread::flush_dirty() {
  while (!x_dirty.empty()) {
    x_flushing.swap(x_dirty);
    for (const auto& connection : x_flushing) {
      connection->x_dirty = false;
      connection->flush();
    }
    x_flushing.clear();
  }
}

void IoThread::sweep() {
  x_sweep_ms = monotonic_ms();
  x_date = date_header(engine().clock().now().ms);
  const size_t slice = (x_connections.size() + kSweeps - 1) / kSweeps;
  if (x_sweep_at >= x_connections.size()) x_sweep_at = 0;
  for (size_t i = 0; i < slice && x_sweep_at < x_connections.size(); ++i) {
    const auto connection = x_connections[x_sweep_at++];
    connection->on_sweep(x_sweep_ms);
  }
  x_followers.on_sweep(x_sweep_ms);
  while (x_free.size() > kPooledSubmissionsMax) {  // after a burst
    const Submission* spare = x_free.back();
    x_free.pop_back();
    std::erase_if(x_submissions, [spare](const auto& owned) { return owned.get() == spare; });
  }
  if (x_stopping && x_sweep_ms > x_stop_by_ms) {
    const auto connections = x_connections;
    for (const auto& connection : connections) connection->abort();
  }
}

void IoThread::begin_stop() {
  if (x_stopping) return;
  x_stopping = true;
  x_stop_by_ms = monotonic_ms() + kStopMs;
  x_loop->stop_accepting();
  x_followers.shut_down();
  const auto connections = x_connections;
  for (const auto& connection : connections) connection->shut_down();
}

bool IoThread::is_finished() const {
  return x_stopping && x_connections.empty() && x_in_flight == 0 && x_outbox.empty() &&
         x_withdrawn.empty();
}

}  // namespace rekindle::io
