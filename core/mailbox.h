// The way between an io thread and a shard. Messages go to a shard's Inbox and come back, once
// committed or answered, to the Mailbox of the io thread that sent them. A message is owned by
// whoever holds it: sender → inbox → shard → mailbox → sender. No locks, no shared_ptr.
#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ids.h"

namespace rekindle {

class Mailbox;
class QueryScope;  // core/query.h: what a query may look at, on the shard's thread

class Message {
 public:
  enum class Kind : uint8_t { kParcel, kQuery, kProposal };
  virtual ~Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  [[nodiscard]] Kind kind() const { return x_kind; }
  // Runs on the sender's thread, after the shard is done with the message. Takes ownership of
  // itself back: the sender's implementation keeps, recycles or deletes the object.
  virtual void on_reply() = 0;

  Mailbox* sender = nullptr;  // set by Inbox::send's caller

 protected:
  explicit Message(Kind kind) : x_kind(kind) {}

 private:
  friend class Inbox;
  Kind x_kind;
  size_t x_charged = 0;  // of the inbox's credit, while it is there
};

// Events of one request or frame that belong to one shard. Filled by the sender; the shard writes
// the results before replying.
class Parcel : public Message {
 public:
  Parcel() : Message(Kind::kParcel) {}
  // Filled by the sender.
  std::string records;                  // core/event_format.h, back to back
  uint32_t events = 0;                  // how many records
  std::vector<std::string> quarantine;  // core/log_format.h: append_quarantine
  bool lists_refused = false;           // the sender wants `refused`
  // Filled by the shard.
  uint32_t duplicates = 0;
  uint32_t collisions = 0;  // refused: kVisitorCollision (and quarantined)
  bool failed = false;      // not committed: the store failed or the engine stopped
  struct Refused {
    size_t offset = 0;  // of its record in `records`
    bool is_collision = false;
  };
  std::vector<Refused> refused;  // duplicates and collisions, if the sender wants them

  [[nodiscard]] size_t cost_bytes() const {  // what it takes of the inbox's credit
    size_t bytes = sizeof(Parcel) + records.size();
    for (const auto& raw : quarantine) bytes += raw.size();
    return bytes;
  }
};

// A question to a shard, answered between batches.
class Query : public Message {
 public:
  explicit Query(Kind kind = Kind::kQuery) : Message(kind) {}
  // On the shard's thread. Fills the object's own answer members.
  virtual void run(QueryScope& scope) = 0;
  bool failed = false;  // the engine stopped before it ran
};

// A question whose answer is an event of the visitor it is about (a decision). It is asked after
// the events of a batch and before its commit, and answered after it. It may be sent as a query
// too; then nothing is logged.
class Proposal : public Query {
 public:
  Proposal(Kind kind, VisitorKey about) : Query(kind), visitor(about) {}
  VisitorKey visitor;
  // Filled by the shard before run() of a kProposal, which may then fill `record`.
  uint64_t id = 0;     // of what is proposed: no other in this store has it
  std::string record;  // core/event_format.h: to be logged; empty: nothing
};

// An eventfd that is written only when its reader sleeps.
class Doorbell {
 public:
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  void ring() {  // any thread, after making the work visible
    if (x_sleeping.exchange(false, std::memory_order_seq_cst)) write();
  }
  // The reader: announce sleep, look for work once more, then wait.
  void announce_sleep() { x_sleeping.store(true, std::memory_order_seq_cst); }
  void cancel_sleep() { x_sleeping.store(false, std::memory_order_seq_cst); }
  void wait(int64_t timeout_ms);  // returns early when rung; -1 waits for ever
  void drain();                   // empties the eventfd after a wake-up seen elsewhere (epoll)
  [[nodiscard]] int fd() const { return x_fd; }

 private:
  void write();
  std::atomic<bool> x_sleeping{false};
  int x_fd;
};

// Finished messages on their way back to one io thread.
class Mailbox {
 public:
  Mailbox() = default;
  // Shards: deliver messages, then ring once.
  void deliver(Message* const* messages, size_t count) { x_queue.enqueue_bulk(messages, count); }
  Doorbell& bell() { return x_bell; }
  // The owner: takes up to `most` messages; call on_reply on each.
  size_t take(Message** messages, size_t most) { return x_queue.try_dequeue_bulk(messages, most); }

 private:
  moodycamel::ConcurrentQueue<Message*> x_queue;
  Doorbell x_bell;
};

// What waits for one shard. Bounded by bytes: moodycamel alone is no hard bound.
class Inbox {
 public:
  explicit Inbox(size_t bytes_max) : x_bytes_max(static_cast<int64_t>(bytes_max)) {}

  // An io thread's handle; one per thread and inbox. Order is kept per sender.
  class Sender {
   public:
    explicit Sender(Inbox& inbox) : x_inbox(inbox), x_token(inbox.x_queue) {}
    // Hands the message over and wakes the shard. Errors: kOverloaded, and the message stays the
    // caller's.
    [[nodiscard]] Result<void> send(Message* message, size_t cost_bytes);
    // The same in two steps, for many messages: a shard woken by the first of them would begin
    // without the rest. What was put is seen for sure only after ring(), which costs nothing when
    // nothing was put.
    [[nodiscard]] Result<void> put(Message* message, size_t cost_bytes);
    void ring() {
      if (x_unannounced) x_inbox.x_bell.ring();
      x_unannounced = false;
    }
    // True when a message would be refused now: lets a WebSocket stop reading before it decodes.
    [[nodiscard]] bool is_full() const { return x_inbox.is_full(); }

   private:
    Inbox& x_inbox;
    moodycamel::ProducerToken x_token;
    bool x_unannounced = false;
  };

  [[nodiscard]] bool is_full() const {
    return x_bytes.load(std::memory_order_relaxed) >= x_bytes_max;
  }
  [[nodiscard]] int64_t bytes() const { return x_bytes.load(std::memory_order_relaxed); }
  // The shard. A query's credit is free again once it is taken, a parcel's by release(), after the
  // batch's acks left, a proposal's when a batch takes it up.
  size_t take(Message** messages, size_t most);
  void release(const Proposal& proposal) { release(proposal.x_charged); }
  void release(size_t cost_bytes);
  Doorbell& bell() { return x_bell; }

 private:
  friend class Sender;
  moodycamel::ConcurrentQueue<Message*> x_queue;
  moodycamel::ConsumerToken x_consumer{x_queue};
  std::atomic<int64_t> x_bytes{0};
  const int64_t x_bytes_max;
  Doorbell x_bell;
};

}  // namespace rekindle
