// The events of one request or frame on their way through the shards: a parcel for each shard they
// belong to, and what came of them. Pooled by its io thread.
//
// Thread: its io thread; while a parcel is sent, that parcel belongs to its shard.
// Owns: one parcel per shard, reused. Life: IoThread::new_submission → decoders fill it →
// IoThread::submit → receiver.on_submission → back to the pool.
#pragma once

#include <boost/intrusive_ptr.hpp>

#include <functional>
#include <memory>
#include <vector>

#include "core/mailbox.h"
#include "io/connection.h"
#include "io/intake.h"

namespace rekindle::io {

class HttpConnection;
class IoThread;

class Submission final : public ParcelSource {
 public:
  Submission(IoThread& thread, size_t shards);

  Parcel& parcel(size_t shard) override;

  // What came of it; read by the receiver in on_submission.
  uint32_t accepted = 0;  // taken by Intake, duplicates and collisions included
  uint32_t duplicates = 0;
  uint32_t collisions = 0;
  bool failed = false;           // at least one parcel was not committed
  bool refused = false;          // an inbox was full and a parcel was not sent
  bool any_sent = false;         // with `refused`: other parcels were taken
  uint32_t without_consent = 0;  // left out by Intake
  uint32_t rejected = 0;         // by Intake; `rejections` may list fewer
  std::vector<Rejection> rejections;
  std::vector<EventVerdict> verdicts;  // of every event, if they were asked for
  // Whether an accepted event of the verdicts was a duplicate or a collision.
  [[nodiscard]] const Parcel::Refused* refused_at(const EventVerdict& verdict) const;

  // Who is told, and which of its exchanges this is.
  boost::intrusive_ptr<Connection> receiver;
  uint64_t ticket = 0;
  uint64_t context = 0;  // for `answer`: what else it must know
  // HTTP: how the outcome becomes the answer (a route's function).
  void (*answer)(const Submission&, HttpConnection&) = nullptr;
  // Called instead of all these, when what follows needs more than they hold.
  std::function<void(const Submission&)> and_then;
  bool waits_for_room = false;  // a full inbox means later (WebSocket), not no (HTTP)
  int64_t started_ns = 0;

 private:
  friend class IoThread;
  class ShardParcel final : public Parcel {
   public:
    explicit ShardParcel(Submission& owner) : x_owner(owner) {}
    void on_reply() override;
    bool used = false;
    bool sent = false;

   private:
    Submission& x_owner;
  };
  void on_parcel(ShardParcel& parcel);
  void reset();  // ready for the next request; lets go of oversized buffers

  IoThread& x_thread;
  std::vector<std::unique_ptr<ShardParcel>> x_parcels;  // one a shard
  uint32_t x_outstanding = 0;
  bool x_queued = false;  // in the io thread's outbox, not all parcels sent
};

}  // namespace rekindle::io
