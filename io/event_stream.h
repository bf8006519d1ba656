// One event stream (text/event-stream): changes of audiences pushed to who asked by HTTP. The id of
// an event is the cursor after it, so a reader that reconnects with Last-Event-ID misses nothing.
//
//   id: <cursor>
//   data: {"changes":[…],"cursor":"<cursor>"}
//
// Thread: its io thread. Owns: the stream and the bytes not yet written. Bounds: while half of
// limits::kSendQueueBytesMax waits, changes stay in the log; a reader that takes nothing for
// limits::kIdleTimeoutSeconds is closed. Ends with `event: gone` when its next change was let go.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/connection.h"
#include "io/followers.h"
#include "io/io_loop.h"
#include "io/io_thread.h"
#include "io/responses.h"
#include "io/tls/io_stream.h"

namespace rekindle::io {

class EventStream final : public Connection {
 public:
  EventStream(IoThread& thread, IoStream stream, AudienceFilter filter);
  ~EventStream() override;

  // Streams from a cursor, or answers 410 when its next change was let go; without one, from the
  // beginning of what is kept.
  void start(std::optional<ChangesCursor> from);

  void on_submission(Submission&) override {}  // sends none
  void flush() override;
  void on_sweep(int64_t now_ms) override;
  void shut_down() override;
  void abort() override { close(); }

 private:
  // Follows the feed for this stream.
  class Subscription final : public Follower {
   public:
    Subscription(EventStream& owner, ChangesCursor from, AudienceFilter filter)
        : Follower(std::move(from), std::move(filter)), x_owner(owner) {}
    [[nodiscard]] bool has_room() const override;
    void deliver(std::string_view changes, size_t count) override;
    void on_gone(const Error& error) override;

   private:
    EventStream& x_owner;
  };
  class StartErrand;

  void begin(Result<ChangesCursor> from);
  void refuse(const Response& response);
  void watch_peer();
  void append_id();
  void beat();
  void end();  // once all is written
  void stop_following();
  void close();

  IoThread& x_thread;
  IoStream x_stream;
  AudienceFilter x_filter;
  std::unique_ptr<Subscription> x_subscription;  // once streaming
  bool x_is_following = false;
  std::string x_out;         // to be written
  std::string x_writing;     // being written
  std::string x_told;        // the last id
  int64_t x_written_ms = 0;  // when the last write began or ended
  char x_ignored[256];       // what the peer sends
  bool x_ending = false;
  bool x_closed = false;
};

}  // namespace rekindle::io
