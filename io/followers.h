// Who follows the change feed on one io thread, and how far each has come. Changes arrive from
// memory as they are committed; a follower that misses some (it was slow, or copies were dropped)
// reads them from the change log, from its cursor, a slice a turn. So it sees every change of a
// partition once, in order.
//
// Thread: its io thread. Owns: nothing; followers remove themselves.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/change_json.h"
#include "io/changes_cursor.h"
#include "io/feed.h"
#include "io/io_counters.h"

namespace rekindle::io {

class Follower {
 public:
  explicit Follower(ChangesCursor from, AudienceFilter filter)
      : x_cursor(std::move(from)), x_filter(std::move(filter)), x_behind(x_cursor.partitions()) {}
  virtual ~Follower() = default;
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // False: give nothing now; what comes meanwhile is read from the log later.
  [[nodiscard]] virtual bool has_room() const = 0;
  // `changes` are JSON objects with commas between; cursor() already includes them. The follower
  // may remove and delete itself, here and below.
  virtual void deliver(std::string_view changes, size_t count) = 0;
  // About every eighth of a second; `now_ms` is monotonic.
  virtual void on_sweep(int64_t) {}
  virtual void shut_down() {}
  // What should come next was let go after its retention.
  virtual void on_gone(const Error& error) = 0;

  [[nodiscard]] const ChangesCursor& cursor() const { return x_cursor; }

 private:
  friend class Followers;
  ChangesCursor x_cursor;
  AudienceFilter x_filter;
  std::vector<bool> x_behind;  // partitions to read from the log
  bool x_any_behind = false;
};

class Followers {
 public:
  Followers(Engine& engine, FeedTap& tap, IoCounters& counters)
      : x_engine(engine), x_tap(tap), x_counters(counters), x_json(engine) {}

  // False when there are limits::kFollowersPerThreadMax already.
  [[nodiscard]] bool add(Follower& follower);
  void remove(Follower& follower);
  [[nodiscard]] size_t size() const { return x_live; }

  // Hands on what was committed; gives how many batches there were.
  size_t on_tap();
  // Reads a slice of the log for followers that are behind. True when there is more to read now.
  bool catch_up();
  // Also finds followers that miss changes nobody told us about.
  void on_sweep(int64_t now_ms);
  void shut_down();

 private:
  void look_for_gaps();
  struct Share;
  void offer(const CommittedChanges& batch);
  // At least what one share has, at most some kSliceChanges, for the follower in this place.
  void offer(size_t place);
  size_t append(Follower& follower, const Share& share);  // how many of its changes
  void read_slice(Follower& follower, size_t partition);
  void compact();

  struct Decoded {
    Change change;
    size_t begin = 0;  // of its JSON in x_text
    size_t end = 0;
  };
  struct Share {  // of one partition in the batch at hand
    PartitionId partition{};
    uint64_t first_seq = 0;
    std::span<Decoded> changes;
    [[nodiscard]] uint64_t last_seq() const { return first_seq + changes.size() - 1; }
  };

  Engine& x_engine;
  FeedTap& x_tap;
  IoCounters& x_counters;
  ChangeJson x_json;
  std::vector<Follower*> x_followers;  // null: removed, not yet compacted
  size_t x_live = 0;
  std::vector<Decoded> x_decoded;  // of the batch at hand
  std::vector<Share> x_shares;
  std::string x_text;
  std::string x_delivery;
};

}  // namespace rekindle::io
