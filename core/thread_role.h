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

// The calling thread runs on this core only, and so do those it makes from now on. False: the
// system refuses, and nothing changes.
bool stay_on_core(unsigned core);

// For long work that nobody waits for, called often: lets whoever is due on this core run, if this
// thread has not done so for 100 µs. Else the scheduler would let it go on until its next tick, 4
// ms on a kernel with 250 a second.
void give_way();

}  // namespace rekindle
