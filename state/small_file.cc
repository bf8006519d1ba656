#include "state/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace rekindle::state {
namespace {

constexpr size_t kBytesMax = 4'096;  // longer files are read up to here, and fail their format

class File {
 public:
  File(const std::string& path, int flags) : x_fd(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (x_fd >= 0) ::close(x_fd);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return x_fd; }
  [[nodiscard]] bool is_open() const { return x_fd >= 0; }

 private:
  int x_fd;
};

}  // namespace

Error error_of_errno(const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {full ? ErrorCode::kDiskFull : ErrorCode::kStoreFailed,
          path + ": " + std::generic_category().message(errno)};
}

Result<std::string> read_small_file(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) return error_of_errno(path);
  std::string content(kBytesMax, '\0');
  const ssize_t size = ::pread(file.fd(), content.data(), content.size(), 0);
  if (size < 0) return error_of_errno(path);
  content.resize(static_cast<size_t>(size));
  return content;
}

Result<void> write_and_sync(const std::string& path, std::string_view content) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.is_open()) return error_of_errno(path);
  const ssize_t size = ::pwrite(file.fd(), content.data(), content.size(), 0);
  if (size < 0) return error_of_errno(path);
  if (static_cast<size_t>(size) != content.size()) {
    errno = ENOSPC;  // a file of a few bytes is cut short by nothing else
    return error_of_errno(path);
  }
  if (::fsync(file.fd()) != 0) return error_of_errno(path);
  return {};
}

Result<void> write_small_file(const std::string& directory, const std::string& name,
                              std::string_view content) {
  const std::string path = directory + "/" + name;
  const std::string fresh = path + ".new";
  if (auto written = write_and_sync(fresh, content); !written) return written;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return error_of_errno(path);
  const File parent(directory, O_RDONLY | O_DIRECTORY);
  if (!parent.is_open() || ::fsync(parent.fd()) != 0) return error_of_errno(directory);
  return {};
}

}  // namespace rekindle::state
