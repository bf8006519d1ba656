// One event stream (text/event-stream): changes of audiences pushed to who asked by HTTP. The id of
// an event is the cursor after it, so a reader that reconnects with Last-Event-ID misses nothing.
//
//   id: <cursor>
//   data: {"changes":[…],"cursor":"<cursor>"}
//
// Thread: its io thread. Owns: the subscription. Bounds: while half of limits::kSendQueueBytesMax
// waits, changes stay in the log. Ends with `event: gone` when its next change was let go.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/followers.h"
#include "io/push_stream.h"

namespace rekindle::io {

class EventStream final : public PushStream {
 public:
  EventStream(IoThread& thread, IoStream stream, AudienceFilter filter);
  ~EventStream() override;

  // Streams from a cursor, or answers 410 when its next change was let go; without one, from the
  // beginning of what is kept.
  void start(std::optional<ChangesCursor> from);

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
  void stop() override;
  void beat() override;
  void append_id();

  AudienceFilter x_filter;
  std::unique_ptr<Subscription> x_subscription;  // once streaming
  bool x_is_following = false;
  std::string x_told;  // the last id
};

}  // namespace rekindle::io
