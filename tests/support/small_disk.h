// A file system of a few kilobytes, to fill up. Mounting one takes root: a test without it is
// skipped.
#pragma once

#include <sys/mount.h>
#undef BLOCK_SIZE  // a macro of the kernel's headers that breaks other people's constants

#include <string>

#include "tests/support/scratch_directory.h"

namespace rekindle::testing {

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size)  // as mount(8) writes it: "48m"
      : x_mounted(::mount("tmpfs", path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0) {}
  ~SmallDisk() {
    if (!x_mounted) return;
    EXPECT_EQ(::umount(path().c_str()), 0) << "files on it are still open";
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool is_mounted() const { return x_mounted; }
  [[nodiscard]] const std::string& path() const { return x_directory.path(); }

 private:
  ScratchDirectory x_directory;
  bool x_mounted;
};

}  // namespace rekindle::testing
