// One io thread: its event loop, its listening socket, its connections, its end of every shard's
// inbox. A turn of the loop handles what sockets brought, sends the turn's submissions, takes
// replies and changes, and only then writes, so that acks coalesce.
//
// Thread: start/stop/join from the server's; everything else on the io thread itself.
// Owns: connections and submissions. Invariant: it ends only when no message of its own is with a
// shard or the errand thread, so the engine must run until join() returns.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/mailbox.h"
#include "io/bots/agent_cache.h"
#include "io/connection.h"
#include "io/decoders/json_events.h"
#include "io/decoders/pixel.h"
#include "io/decoders/trackers.h"
#include "io/errands.h"
#include "io/feed.h"
#include "io/followers.h"
#include "io/inflate.h"
#include "io/io_counters.h"
#include "io/server_config.h"
#include "io/submission.h"

namespace rekindle::io {

class AuditLog;
class BotDoor;
class ConsentDoor;
class DebugTap;
class Keyring;
class LedgerKeeper;
class Metrics;
class Pages;
class ServerTls;
class Webhooks;
class IoLoop;  // Asio's part; io/io_loop.h

// What all io threads of a server share.
struct ServerParts {
  const ServerConfig& config;
  Engine& engine;
  IntakeCounters& intake;
  Errands& errands;
  Metrics& metrics;
  const std::unique_ptr<Webhooks>& webhooks;  // set before the io threads start
  LedgerKeeper& ledger;
  Errands& reports;  // what takes long
  const Keyring& keyring;
  const Pages& pages;
  AuditLog& audit;
  const ConsentDoor& consent;
  const BotDoor& bots;
  DebugTap& debug;
  const std::unique_ptr<ServerTls>& tls;  // null: none; set before the io threads start
};

class IoThread {
 public:
  IoThread(const ServerParts& parts, FeedTap& tap);
  ~IoThread();

  // Port 0 picks one; gives the port. `shared`: with other io threads. Errors:
  // kInvalidConfiguration (address, or port in use).
  [[nodiscard]] Result<uint16_t> listen(const std::string& address, uint16_t port, bool shared);
  void start(std::optional<unsigned> core);  // stays on this core
  void stop();                               // graceful, any thread; returns at once
  void join();

  // --- for connections and routes ----------------------------------------------------------------
  [[nodiscard]] const ServerParts& parts() const { return x_parts; }
  [[nodiscard]] Engine& engine() const { return x_parts.engine; }
  [[nodiscard]] IoCounters& counters() { return x_counters; }
  [[nodiscard]] const IoCounters& counters() const { return x_counters; }
  [[nodiscard]] Followers& followers() { return x_followers; }
  [[nodiscard]] bool is_stopping() const { return x_stopping; }
  [[nodiscard]] std::string_view date() const { return x_date; }
  [[nodiscard]] int64_t sweep_ms() const { return x_sweep_ms; }  // monotonic, of the last sweep

  // Decoders: one at a time, from new_submission to submit.
  Intake& intake() { return x_intake; }
  JsonEvents& json() { return x_json; }
  PixelDecoder& pixel() { return x_pixel; }
  const Trackers& trackers() const { return x_trackers; }
  Inflater& inflater() { return x_inflater; }
  std::string& scratch() { return x_scratch; }  // decompressed or copied bodies
  // Begins the intake for it, as received now unless said otherwise. Give it back by submit() or
  // drop().
  Submission& new_submission(std::string_view source, std::optional<WallTime> received_at = {});
  void submit(Submission& submission);  // sent at the end of the turn, after those before it
  void drop(Submission& submission);    // nothing of it was sent
  void finish(Submission& submission);  // all its parcels are back

  // Asks a shard. False (then the query is gone) when its inbox is full.
  [[nodiscard]] bool ask(size_t shard, std::unique_ptr<Query> query);
  // Has a query that waits in its shard (QueryScope::wait_for) come back; whenever there is room.
  void stop_waiting(VisitorKey visitor, const Query* waiting);
  // One more decision that is followed; false when there are as many as may be.
  [[nodiscard]] bool begin_live_decision();
  void end_live_decision() { --x_live_decisions; }
  [[nodiscard]] bool send_errand(std::unique_ptr<Errand> errand);
  // The same on a thread of its own, for what may take seconds.
  [[nodiscard]] bool send_report(std::unique_ptr<Errand> errand);

  // True while some inbox is full or a frame waits for room: do not read more events now.
  [[nodiscard]] bool is_backed_up() const;
  void resume_later(Connection& connection);    // calls resume_reading once there may be room
  void mark_dirty(Connection& connection);      // calls flush at the end of the turn
  void read_next_turn(Connection& connection);  // calls resume_reading when all answers have left
  void adopt(boost::intrusive_ptr<Connection> connection);
  void release(Connection& connection);  // it closed
  [[nodiscard]] size_t connections() const { return x_connections.size(); }
  // Buffers beyond each connection's first: false when the thread has no more to give.
  [[nodiscard]] bool reserve_buffer(size_t bytes);
  void release_buffer(size_t bytes) { x_buffer_bytes -= bytes; }
  // False when as many previews run as may.
  [[nodiscard]] bool begin_preview();
  void end_preview() { --x_previews; }

 private:
  friend class IoLoop;
  void run();
  void begin_stop();
  [[nodiscard]] bool is_finished() const;
  bool send(std::unique_ptr<Errand> errand, Errands& errands);
  size_t take_replies();
  size_t take_changes();
  void send_outbox();
  void send_withdrawn();
  void ring_shards();
  bool send(Submission& submission);
  void flush_dirty();
  void resume_waiting();
  void begin_reads();
  void sweep();
  void prepare_sleep();

  const ServerParts& x_parts;
  FeedTap& x_tap;
  std::vector<Inbox::Sender> x_senders;
  IoCounters x_counters;
  AgentCache x_agents;
  Intake x_intake;
  JsonEvents x_json;
  PixelDecoder x_pixel;
  Trackers x_trackers;
  Inflater x_inflater;
  std::string x_scratch;
  Followers x_followers;
  std::vector<std::unique_ptr<Submission>> x_submissions;  // all
  std::vector<Submission*> x_free;
  std::vector<Submission*> x_outbox;
  size_t x_outbox_events = 0;
  std::vector<boost::intrusive_ptr<Connection>> x_connections;
  std::vector<boost::intrusive_ptr<Connection>> x_dirty;
  std::vector<boost::intrusive_ptr<Connection>> x_flushing;  // kept for its memory
  std::vector<boost::intrusive_ptr<Connection>> x_waiting_to_read;
  std::vector<boost::intrusive_ptr<Connection>> x_reading_next_turn;
  size_t x_in_flight = 0;  // messages with shards and the errand thread
  size_t x_buffer_bytes = 0;
  size_t x_previews = 0;
  size_t x_live_decisions = 0;
  std::vector<std::pair<VisitorKey, const Query*>> x_withdrawn;  // to be told to their shards
  size_t x_sweep_at = 0;
  int64_t x_sweep_ms = 0;
  int64_t x_stop_by_ms = 0;
  bool x_blocked = false;     // a frame in the outbox waits for room
  bool x_is_sending = false;  // in send_outbox()
  bool x_stopping = false;
  std::string x_date;
  std::unique_ptr<IoLoop> x_loop;
  std::thread x_thread;
};

}  // namespace rekindle::io
