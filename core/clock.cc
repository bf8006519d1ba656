#include "core/clock.h"

#include <chrono>

namespace rekindle {

WallTime SystemClock::now() const {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  using std::chrono::system_clock;
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

int64_t monotonic_ns() {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace rekindle
