// The directory that holds one store, and the right to use it:
//
//   LOCK     held (flock) by the one process that has the store open; holds its process id
//   VERSION  the store layout's version, one number; written last, so its presence means complete
//   STORE    what was fixed at first start, one `name value` a line: partitions, clock
//   log/     RocksLog        state/  RocksStateStore
//
// Opened by the program before anything else. Thread: free_bytes and probe from any, the rest from
// the opening one. Owns: the lock, until destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"

namespace rekindle {
enum class ClockMode : uint8_t;  // core/engine.h
}

namespace rekindle::state {

// 4: visitors' rows may have been appended to. Nothing of 3 has changed, so that one becomes a 4
// when it is opened.
inline constexpr uint32_t kStoreVersion = 4;
inline constexpr uint32_t kOldestStoreVersion = 3;

struct StoreFacts {
  uint32_t partitions = 0;
  ClockMode clock{};
  friend bool operator==(const StoreFacts&, const StoreFacts&) = default;
};

class StoreDirectory {
 public:
  // Takes the lock; creates the directory and a new store with `if_new` when there is none.
  // Errors, each with the path and what to do: kStoreLocked, kNewerVersion, kOlderVersion,
  // kCorruptRecord, kInvalidConfiguration (other files are in it, or `if_new` is out of range),
  // kDiskFull, kStoreFailed.
  [[nodiscard]] static Result<std::unique_ptr<StoreDirectory>> open(const std::string& path,
                                                                    const StoreFacts& if_new);
  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return x_path; }
  [[nodiscard]] std::string log_path() const { return x_path + "/log"; }
  [[nodiscard]] std::string state_path() const { return x_path + "/state"; }

  // As the store has them, whatever open() was given.
  [[nodiscard]] const StoreFacts& facts() const { return x_facts; }
  // Errors: kInvalidConfiguration when the store was made with another partition count.
  [[nodiscard]] Result<void> check_partitions(uint32_t wanted) const;
  // Keeps another clock from now on: a finished import that live traffic continues.
  [[nodiscard]] Result<void> set_clock(ClockMode clock);

  // What an ordinary user may still write here.
  [[nodiscard]] Result<uint64_t> free_bytes() const;
  // Writes a small file to the disk and removes it. Errors: kDiskFull, kStoreFailed.
  [[nodiscard]] Result<void> probe() const;

 private:
  StoreDirectory(std::string path, int lock_fd) : x_path(std::move(path)), x_lock_fd(lock_fd) {}
  [[nodiscard]] Result<void> create(const StoreFacts& facts);
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<void> write_version();

  std::string x_path;
  int x_lock_fd;
  StoreFacts x_facts;
};

}  // namespace rekindle::state
