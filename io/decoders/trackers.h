// All protocols of other trackers, in one list. Thread: one io thread an object.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "io/decoders/tracker.h"

namespace rekindle::io {

class Trackers {
 public:
  Trackers();
  ~Trackers();

  // Null: no protocol's path. `path` without a slash at its end.
  [[nodiscard]] Tracker* find(std::string_view path) const;
  [[nodiscard]] Tracker* named(std::string_view name) const;  // null: none
  [[nodiscard]] Tracker& at(size_t index) const { return *x_list[index]; }
  [[nodiscard]] size_t index_of(const Tracker& tracker) const;

 private:
  std::vector<std::unique_ptr<Tracker>> x_list;
};

}  // namespace rekindle::io
