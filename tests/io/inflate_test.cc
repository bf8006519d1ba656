#include "io/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace rekindle::io {
namespace {

// window_bits: 15 + 16 gzip, 15 zlib, -15 raw deflate.
std::string compressed(std::string_view text, int window_bits) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string some_text(size_t size) {
  std::mt19937 random(3);
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(random()) + "\n";
  text.resize(size);
  return text;
}

constexpr int kFormats[] = {15 + 16, 15, -15};

TEST(Inflate, ReadsGzipZlibAndRawDeflate) {
  Inflater inflater;
  std::string out;
  for (const size_t size : {0u, 1u, 65'535u, 65'536u, 300'000u}) {
    const std::string text = some_text(size);
    for (const int format : kFormats) {
      ASSERT_TRUE(inflater.inflate(compressed(text, format), out)) << size << " " << format;
      EXPECT_EQ(out, text);
    }
  }
}

TEST(Inflate, ReadsSeveralGzipMembers) {
  Inflater inflater;
  std::string out;
  ASSERT_TRUE(inflater.inflate(compressed("one ", 31) + compressed("two", 31), out));
  EXPECT_EQ(out, "one two");
}

TEST(Inflate, StopsAtTheBoundWhateverTheInputHolds) {
  Inflater inflater;
  std::string out;
  const std::string text(1'000'000, 'a');
  for (const int format : kFormats) {
    const std::string bomb = compressed(text, format);
    ASSERT_LT(bomb.size(), 2'000u);
    const Result<void> result = inflater.inflate(bomb, out, 999'999);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kBodyTooLarge);
    EXPECT_TRUE(out.empty());
    ASSERT_TRUE(inflater.inflate(bomb, out, 1'000'000));
    EXPECT_EQ(out, text);
  }
}

TEST(Inflate, RefusesDamageAndCuts) {
  Inflater inflater;
  std::string out;
  const std::string text = some_text(5'000);
  for (const int format : kFormats) {
    const std::string whole = compressed(text, format);
    for (size_t size = 0; size < whole.size(); size += 97) {
      const Result<void> cut = inflater.inflate(whole.substr(0, size), out);
      ASSERT_FALSE(cut) << format << " cut at " << size;
      EXPECT_EQ(cut.error().code, ErrorCode::kBrokenCompression);
    }
    const Result<void> longer = inflater.inflate(whole + "x", out);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().code, ErrorCode::kBrokenCompression);
  }
  std::string damaged = compressed(text, 31);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  EXPECT_FALSE(inflater.inflate(damaged, out));
  EXPECT_FALSE(inflater.inflate("this is not compressed at all", out));
  EXPECT_FALSE(inflater.inflate("", out));
  ASSERT_TRUE(inflater.inflate(compressed(text, 31), out));  // and it still works afterwards
  EXPECT_EQ(out, text);
}

}  // namespace
}  // namespace rekindle::io
