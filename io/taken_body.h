// A request's body that outlives its handler, and its share of the io thread's buffer budget.
#pragma once

#include <string>
#include <utility>

#include "io/io_thread.h"

namespace rekindle::io {

// Thread: destroyed on the io thread it is of. Movable.
class TakenBody {
 public:
  // REQUIRES: `reserved` bytes were reserved for it.
  TakenBody(IoThread& thread, std::string bytes, size_t reserved)
      : x_thread(&thread), x_bytes(std::move(bytes)), x_reserved(reserved) {}
  TakenBody(TakenBody&& other) noexcept
      : x_thread(other.x_thread),
        x_bytes(std::move(other.x_bytes)),
        x_reserved(std::exchange(other.x_reserved, 0)) {}
  TakenBody& operator=(TakenBody&&) = delete;
  ~TakenBody() { x_thread->release_buffer(x_reserved); }

  [[nodiscard]] const std::string& bytes() const { return x_bytes; }

 private:
  IoThread* x_thread;
  std::string x_bytes;
  size_t x_reserved;
};

}  // namespace rekindle::io
