// An empty directory for one test, removed with all its content at the end.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace rekindle::testing {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    x_path = ::testing::TempDir() + "rekindle-test-XXXXXX";
    if (::mkdtemp(x_path.data()) == nullptr) ADD_FAILURE() << "cannot make " << x_path;
  }
  ~ScratchDirectory() {
    std::error_code error;
    std::filesystem::remove_all(x_path, error);
    EXPECT_FALSE(error) << x_path << ": " << error.message();
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return x_path; }

 private:
  std::string x_path;
};

}  // namespace rekindle::testing
