// How much a key may use: a token bucket, and a quota for each day (UTC). The bucket is kept as one
// number, the instant at which it would be full again (generic cell rate algorithm), so that io
// threads share it with one compare-and-swap and nothing runs in the background.
//
// Thread: any. A day's count begins at 0 when the server starts.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/time.h"
#include "io/access/access_config.h"

namespace rekindle::io {

class Limiter {
 public:
  explicit Limiter(const RateLimit& limit);

  [[nodiscard]] bool is_limited() const { return x_interval_ns != 0 || x_per_day != 0; }
  // Takes one. 0: it may go on. Else nothing is taken: how many milliseconds until it may.
  [[nodiscard]] int64_t admit(WallTime now);
  // Takes `more`, whether they are left or not: what a request was found to hold. The debt is paid
  // by later requests, so that large batches get no more than small ones.
  void charge(uint64_t more, WallTime now);

 private:
  [[nodiscard]] int64_t take_from_bucket(WallTime now);
  [[nodiscard]] int64_t take_from_day(WallTime now);
  void add_to_day(uint64_t more, WallTime now);

  int64_t x_interval_ns = 0;  // between two tokens; 0: no rate
  int64_t x_depth_ns = 0;     // a full bucket
  uint64_t x_per_day = 0;     // 0: no quota
  std::atomic<int64_t> x_full_at_ns{0};
  std::atomic<uint64_t> x_day{0};  // day since 1970 in the upper 20 bits, used in the lower 44
};

}  // namespace rekindle::io
