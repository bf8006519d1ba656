// What this thread is called in `top -H`, `perf` and core dumps. Linux shows 15 characters.
#pragma once

#include <pthread.h>

#include <string>

namespace rekindle {

inline void name_this_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());  // a courtesy: it may fail
}

}  // namespace rekindle
