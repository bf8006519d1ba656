// What a thread is called and how the scheduler should treat it. Called first by every thread of
// ours. All of it is a courtesy: where the system refuses, everything works without.
#pragma once

#include <string>

namespace rekindle {

enum class ThreadRole {
  kServing,     // somebody waits for it: it runs as soon as it wakes
  kBackground,  // takes little while serving threads have work
};

// `name` is shown by `top -H`, `perf` and core dumps; Linux keeps 15 characters.
void begin_thread(const std::string& name, ThreadRole role);

}  // namespace rekindle
