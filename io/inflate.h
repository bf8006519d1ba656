// Decompresses a request body: gzip (several members too), zlib, or raw deflate, told apart by the
// first bytes because senders of `Content-Encoding: deflate` mean either.
//
// Called by the front doors. Thread: one io thread. Owns: a zlib stream, reused from call to call.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/limits.h"

namespace rekindle::io {

class Inflater {
 public:
  Inflater();
  ~Inflater();

  // Replaces `out` by the decompressed bytes. Memory used is bounded by `bytes_max`, whatever the
  // input claims. Errors (then `out` is empty): kBodyTooLarge, kBrokenCompression (damaged, cut
  // off, or followed by other bytes).
  [[nodiscard]] Result<void> inflate(std::string_view in, std::string& out,
                                     size_t bytes_max = limits::kBodyBytesMax);

 private:
  struct Stream;
  std::unique_ptr<Stream> x_stream;
};

}  // namespace rekindle::io
