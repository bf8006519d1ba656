#include "cli/presets/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/assert.h"

namespace rekindle::cli {
namespace {

constexpr size_t kChunkBytes = 256 * 1'024;

// The file as it lies on disk, with a little look-ahead to see its format.
class PlainFile final : public ByteSource {
 public:
  PlainFile(int fd, uint64_t size) : x_fd(fd), x_size(size) {}
  ~PlainFile() override { close(x_fd); }

  Result<size_t> read(char* out, size_t size) override {
    if (x_ahead_at < x_ahead.size()) {
      const size_t taken = x_ahead.copy(out, size, x_ahead_at);
      x_ahead_at += taken;
      return taken;
    }
    ssize_t got;
    do {
      got = ::read(x_fd, out, size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return Error{ErrorCode::kStoreFailed, std::strerror(errno)};
    x_done += static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }
  double progress() const override {
    return x_size == 0 ? 1 : static_cast<double>(x_done) / static_cast<double>(x_size);
  }
  // The first bytes, which read() gives again. REQUIRES: called once, before read().
  Result<std::string_view> look_ahead(size_t size) {
    std::string bytes(size, '\0');
    size_t used = 0;
    while (used < size) {
      const Result<size_t> got = read(bytes.data() + used, size - used);
      if (!got) return got.error();
      if (*got == 0) break;
      used += *got;
    }
    bytes.resize(used);
    x_ahead = std::move(bytes);
    return std::string_view(x_ahead);
  }

 private:
  const int x_fd;
  const uint64_t x_size;
  uint64_t x_done = 0;
  std::string x_ahead;
  size_t x_ahead_at = 0;
};

// What a compressed file's readers share: the input's chunk and its end.
class CompressedFile : public ByteSource {
 public:
  explicit CompressedFile(std::unique_ptr<ByteSource> file) : x_file(std::move(file)) {}
  double progress() const override { return x_file->progress(); }

 protected:
  // Makes x_in hold bytes unless the file is at its end.
  Result<void> fill() {
    if (!x_in.empty() || x_at_end) return {};
    const Result<size_t> got = x_file->read(x_chunk.data(), x_chunk.size());
    if (!got) return got.error();
    x_at_end = *got == 0;
    x_in = {x_chunk.data(), *got};
    return {};
  }
  std::string_view x_in;
  bool x_at_end = false;

 private:
  std::unique_ptr<ByteSource> x_file;
  std::vector<char> x_chunk = std::vector<char>(kChunkBytes);
};

class GzipFile final : public CompressedFile {
 public:
  explicit GzipFile(std::unique_ptr<ByteSource> file) : CompressedFile(std::move(file)) {
    RK_ASSERT(inflateInit2(&x_stream, 15 + 16) == Z_OK);
  }
  ~GzipFile() override { inflateEnd(&x_stream); }

  Result<size_t> read(char* out, size_t size) override {
    for (;;) {
      if (auto filled = fill(); !filled) return filled.error();
      if (x_in.empty()) {
        if (!x_between_members) return Error{ErrorCode::kBrokenCompression, "gzip is cut off"};
        return size_t{0};
      }
      x_between_members = false;
      x_stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(x_in.data()));
      x_stream.avail_in = static_cast<uInt>(x_in.size());
      x_stream.next_out = reinterpret_cast<Bytef*>(out);
      x_stream.avail_out = static_cast<uInt>(size);
      const int status = inflate(&x_stream, Z_NO_FLUSH);
      x_in = x_in.substr(x_in.size() - x_stream.avail_in);
      if (status == Z_STREAM_END) {
        RK_ASSERT(inflateReset(&x_stream) == Z_OK);
        x_between_members = true;
      } else if (status != Z_OK) {
        return Error{ErrorCode::kBrokenCompression, "gzip is damaged"};
      }
      if (x_stream.avail_out < size) return size - x_stream.avail_out;
    }
  }

 private:
  z_stream x_stream{};
  bool x_between_members = false;
};

class ZstdFile final : public CompressedFile {
 public:
  explicit ZstdFile(std::unique_ptr<ByteSource> file)
      : CompressedFile(std::move(file)), x_stream(ZSTD_createDStream()) {
    RK_ASSERT(x_stream != nullptr);
  }
  ~ZstdFile() override { ZSTD_freeDStream(x_stream); }

  Result<size_t> read(char* out, size_t size) override {
    ZSTD_outBuffer to{out, size, 0};
    for (;;) {
      if (auto filled = fill(); !filled) return filled.error();
      ZSTD_inBuffer from{x_in.data(), x_in.size(), 0};
      const size_t status = ZSTD_decompressStream(x_stream, &to, &from);
      if (ZSTD_isError(status) != 0) {
        return Error{ErrorCode::kBrokenCompression, ZSTD_getErrorName(status)};
      }
      x_in.remove_prefix(from.pos);
      if (from.pos > 0 || to.pos > 0) x_between_frames = status == 0;
      if (to.pos > 0) return to.pos;
      if (x_in.empty() && x_at_end) {
        if (!x_between_frames) return Error{ErrorCode::kBrokenCompression, "zstd is cut off"};
        return size_t{0};
      }
    }
  }

 private:
  ZSTD_DStream* x_stream;
  bool x_between_frames = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_input_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{ErrorCode::kNotFound, path + ": " + std::strerror(errno)};
  struct stat status {};
  const bool sized = fstat(fd, &status) == 0;
  if (sized && S_ISDIR(status.st_mode)) {
    close(fd);
    return Error{ErrorCode::kNotFound, path + ": is a folder"};
  }
  auto file = std::make_unique<PlainFile>(fd, sized ? static_cast<uint64_t>(status.st_size) : 0);
  const Result<std::string_view> first = file->look_ahead(4);
  if (!first) return first.error();
  if (first->starts_with("\x1f\x8b")) return std::make_unique<GzipFile>(std::move(file));
  if (first->starts_with("\x28\xb5\x2f\xfd")) return std::make_unique<ZstdFile>(std::move(file));
  return file;
}

}  // namespace rekindle::cli
