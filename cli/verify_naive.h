// `rekindle verify --naive`: replays a store's own log and, at many places in it, compares who is
// in which audience with a recount from raw events that shares no evaluation code (cli/naive/), and
// the instant each membership began with the one at which the recount says it did. Thread: the main
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "cli/config.h"
#include "core/error.h"
#include "core/rules.h"

namespace rekindle::cli {

struct NaiveOptions {
  uint64_t instants = 20;  // places in each partition's log, its end among them
  uint64_t share = 1;      // one in so many visitors is compared
  uint64_t seed = 1;       // of the places
};

struct NaiveVerdict {
  uint64_t records = 0;
  uint64_t questions = 0;    // visitor × audience × instant
  uint64_t memberships = 0;  // of them answered yes
  uint64_t entries = 0;      // instants at which one began
  uint64_t bounded = 0;      // the engine's answer is not exact there; see docs
  uint64_t of_persons = 0;   // visitor × instant not recounted: of a person of several visitors
  uint64_t differences = 0;
  bool is_explained = false;                  // one membership that differs was shown part by part
  std::map<std::string, std::string> untold;  // audiences not compared, and why
};

// The first difference is explained on stderr, further ones are listed. `make_operators` is what
// the engine is to be made of: the program's own, but for tests. Errors: kNotFound when the log
// does not reach back to its first record; those of the stores and of replay.
[[nodiscard]] Result<NaiveVerdict> verify_naive(const Config& config, const NaiveOptions& options,
                                                const MakeOperators& make_operators);

}  // namespace rekindle::cli
