#include "core/bytes.h"

#include <gtest/gtest.h>

#include "core/compact_vector.h"

namespace rekindle {
namespace {

TEST(Bytes, NumbersReadBackEqual) {
  std::string bytes;
  ByteWriter writer(bytes);
  const uint64_t numbers[] = {0, 1, 127, 128, 16'383, 16'384, UINT32_MAX, UINT64_MAX};
  for (const uint64_t number : numbers) writer.varint(number);
  const int64_t signs[] = {0, -1, 1, INT64_MIN, INT64_MAX};
  for (const int64_t number : signs) writer.signed_varint(number);
  writer.fixed(uint16_t{0x1234});
  writer.bytes("text");
  ByteReader reader(bytes);
  for (const uint64_t number : numbers) EXPECT_EQ(reader.varint(), number);
  for (const int64_t number : signs) EXPECT_EQ(reader.signed_varint(), number);
  EXPECT_EQ(reader.fixed<uint16_t>(), 0x1234);
  EXPECT_EQ(reader.bytes(), "text");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(Bytes, SmallNumbersTakeOneByte) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.varint(127);
  writer.signed_varint(-64);
  EXPECT_EQ(bytes.size(), 2u);
}

TEST(Bytes, ReadingPastTheEndFailsAndStaysFailed) {
  for (const std::string_view bytes : {std::string_view("\x80\x80", 2),
                                       std::string_view("\x05"
                                                        "ab"),
                                       std::string_view()}) {
    ByteReader reader(bytes);
    EXPECT_EQ(reader.bytes(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.fixed<uint64_t>(), 0u);
    EXPECT_EQ(reader.varint(), 0u);
    EXPECT_FALSE(reader.ok());
  }
  ByteReader endless("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(endless.varint(), 0u);
  EXPECT_FALSE(endless.ok());
}

TEST(Bytes, ACountTheInputCannotHoldIsRefused) {
  const std::string bytes(
      "\x03"
      "abcdef");
  EXPECT_EQ(ByteReader(bytes).count(2), 3u);
  ByteReader reader(bytes);
  EXPECT_EQ(reader.count(3), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(Bytes, BigEndianOrderIsNumberOrder) {
  std::string small;
  std::string large;
  append_big_endian(small, uint32_t{255});
  append_big_endian(large, uint32_t{256});
  EXPECT_LT(small, large);
  EXPECT_EQ(read_big_endian<uint32_t>(large.data()), 256u);
}

// Not inlined: GCC 12 then warns of sizes that cannot be.
[[gnu::noinline]] void erase(CompactVector<int>& numbers, size_t first, size_t last) {
  numbers.erase(numbers.begin() + first, numbers.begin() + last);
}

TEST(CompactVector, GrowsInsertsAndErases) {
  CompactVector<int> numbers;
  EXPECT_EQ(numbers.heap_bytes(), 0u);
  for (int i = 0; i < 100; ++i) numbers.push_back(i);
  numbers.insert(numbers.begin() + 1, 1'000);
  erase(numbers, 2, 100);
  EXPECT_EQ(numbers, (CompactVector<int>{0, 1'000, 99}));
  const CompactVector<int> copy = numbers;
  CompactVector<int> moved = std::move(numbers);
  EXPECT_EQ(moved, copy);
  moved.clear();
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(copy.back(), 99);
}

TEST(CompactVector, OwnsWhatItHolds) {
  CompactVector<std::unique_ptr<int>> owners;
  for (int i = 0; i < 20; ++i) owners.insert(owners.begin(), std::make_unique<int>(i));
  EXPECT_EQ(*owners.front(), 19);
  owners.erase(owners.begin());
  owners.resize(3);
  EXPECT_EQ(*owners[2], 16);
}

}  // namespace
}  // namespace rekindle
