#include "core/thread_role.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace rekindle {
namespace {
constexpr int kBackgroundNice = 10;
}

void begin_thread(const std::string& name, ThreadRole role) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  if (role == ThreadRole::kServing) return;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kBackgroundNice);
}

}  // namespace rekindle
