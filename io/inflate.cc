#include "io/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "core/assert.h"

namespace rekindle::io {
namespace {

constexpr size_t kChunkBytes = 64 * 1'024;
constexpr int kWindowBits = 15;

// zlib's code for the format the first bytes announce.
int window_bits_of(std::string_view in) {
  const auto byte = [&in](size_t i) { return static_cast<unsigned char>(in[i]); };
  if (in.size() >= 2 && byte(0) == 0x1f && byte(1) == 0x8b) return kWindowBits + 16;  // gzip
  if (in.size() >= 2 && (byte(0) & 0x0f) == 8 && (byte(0) * 256 + byte(1)) % 31 == 0) {
    return kWindowBits;  // zlib
  }
  return -kWindowBits;  // raw deflate
}

}  // namespace

struct Inflater::Stream {
  z_stream z{};
  Stream() { RK_ASSERT(inflateInit2(&z, kWindowBits) == Z_OK); }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Writes one member behind out[used] and moves `used`, up to one byte over `bytes_max`. `out`
  // only grows, so that many small members do not clear the same memory again and again.
  // Z_STREAM_END when the member is whole.
  int run(std::string& out, size_t& used, size_t bytes_max) {
    for (;;) {
      if (used == out.size()) out.resize(std::min(used + kChunkBytes, bytes_max + 1));
      const size_t room = out.size() - used;
      z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
      z.avail_out = static_cast<uInt>(room);
      const int status = ::inflate(&z, Z_NO_FLUSH);
      used += room - z.avail_out;
      if (status != Z_OK || used > bytes_max) return status;
      if (z.avail_in == 0 && z.avail_out != 0) return Z_BUF_ERROR;  // cut off
    }
  }
};

Inflater::Inflater() : x_stream(std::make_unique<Stream>()) {}
Inflater::~Inflater() = default;

Result<void> Inflater::inflate(std::string_view in, std::string& out, size_t bytes_max) {
  z_stream& z = x_stream->z;
  out.clear();
  size_t used = 0;
  const int window_bits = window_bits_of(in);
  RK_ASSERT(in.size() <= std::numeric_limits<uInt>::max());
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  do {
    RK_ASSERT(inflateReset2(&z, window_bits) == Z_OK);
    const int status = x_stream->run(out, used, bytes_max);
    if (used > bytes_max) {
      out.clear();
      return Error{ErrorCode::kBodyTooLarge, "decompressed"};
    }
    // Only gzip may have a further member behind the first.
    if (status != Z_STREAM_END || (z.avail_in > 0 && window_bits < kWindowBits + 16)) {
      out.clear();
      return Error{ErrorCode::kBrokenCompression, {}};
    }
  } while (z.avail_in > 0);
  out.resize(used);
  return {};
}

}  // namespace rekindle::io
