// Bytes of a file, read from start to end: plain, gzip or zstd, told apart by the first bytes and
// decompressed on the way. Used by the readers of this folder. Thread: one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::cli {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to `size` bytes; 0 only at the end. Errors: kStoreFailed, kBrokenCompression.
  [[nodiscard]] virtual Result<size_t> read(char* out, size_t size) = 0;
  [[nodiscard]] virtual double progress() const = 0;  // 0 … 1
};

// Errors: kNotFound when the file cannot be opened.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_input_file(const std::string& path);

// Bytes that are in memory already.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : x_bytes(std::move(bytes)) {}
  [[nodiscard]] Result<size_t> read(char* out, size_t size) override {
    const size_t taken = x_bytes.copy(out, size, x_at);
    x_at += taken;
    return taken;
  }
  [[nodiscard]] double progress() const override {
    return x_bytes.empty() ? 1 : static_cast<double>(x_at) / static_cast<double>(x_bytes.size());
  }

 private:
  std::string x_bytes;
  size_t x_at = 0;
};

}  // namespace rekindle::cli
