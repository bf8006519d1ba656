#include "io/decoders/trackers.h"

#include <algorithm>

#include "core/assert.h"

// A protocol a line: make_NAME() is in io/decoders/NAME.cc.
#define RK_TRACKERS(add) add(segment) add(snowplow) add(ga4) add(matomo) add(posthog) add(meta)

namespace rekindle::io {

#define RK_DECLARE(name) std::unique_ptr<Tracker> make_##name();
RK_TRACKERS(RK_DECLARE)
#undef RK_DECLARE

Trackers::Trackers() {
#define RK_MAKE(name) x_list.push_back(make_##name());
  RK_TRACKERS(RK_MAKE)
#undef RK_MAKE
}
Trackers::~Trackers() = default;

Tracker* Trackers::find(std::string_view path) const {
  const auto found = std::find_if(x_list.begin(), x_list.end(),
                                  [path](const auto& tracker) { return tracker->serves(path); });
  return found == x_list.end() ? nullptr : found->get();
}

Tracker* Trackers::named(std::string_view name) const {
  const auto found = std::find_if(x_list.begin(), x_list.end(),
                                  [name](const auto& tracker) { return tracker->name() == name; });
  return found == x_list.end() ? nullptr : found->get();
}

size_t Trackers::index_of(const Tracker& tracker) const {
  for (size_t i = 0; i < x_list.size(); ++i) {
    if (x_list[i].get() == &tracker) return i;
  }
  RK_ASSERT(false);
  return 0;
}

}  // namespace rekindle::io
