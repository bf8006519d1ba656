// Shows how far a long job is: one line that is rewritten on a terminal, a plain line now and then
// elsewhere. Used by replay and by recovery. Thread: one.
#pragma once

#include <cstdint>
#include <string>

namespace rekindle::cli {

class Progress {
 public:
  // Writes to standard error. `what` begins every line; `unit` names what is counted ("events").
  Progress(std::string what, std::string unit);

  // `share` is 0 … 1, negative when unknown. Cheap: writes at most ten times a second (every five
  // seconds when not on a terminal).
  void update(uint64_t done, double share);
  // Writes the last line and ends it. `update` must not follow.
  void finish(uint64_t done);

 private:
  void write(uint64_t done, double share, bool is_last);

  std::string x_what;
  std::string x_unit;
  bool x_is_terminal;
  int64_t x_start_ns;
  int64_t x_written_ns = 0;
};

}  // namespace rekindle::cli
