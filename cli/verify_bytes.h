// `rekindle verify` without options: replays a store's event log into fresh partitions in memory
// and compares every visitor's bytes, every change, session and claim with what is stored. Thread:
// the main one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/config.h"
#include "core/error.h"

namespace rekindle::cli {

struct BytesVerdict {
  uint64_t records = 0;
  uint64_t visitors = 0;
  uint64_t changes = 0;
  uint64_t sessions = 0;
  uint64_t claims = 0;
  uint64_t differences = 0;        // the first few are on stderr
  std::vector<std::string> notes;  // what could not be compared, and why
};

// Errors: kNotFound when the event log does not reach back to its first record; those of the stores
// and of replay.
[[nodiscard]] Result<BytesVerdict> verify_bytes(const Config& config);

}  // namespace rekindle::cli
