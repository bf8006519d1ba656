#include "core/partition_format.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

PartitionCheckpoint example() {
  return {300, 7, 2, 129, EventTime{1'700'000'000'000}, {EventTime{1'699'999'999'999}, {1, 2}}};
}

TEST(PartitionFormat, ReadsWhatItWrote) {
  std::string bytes;
  encode_checkpoint(example(), bytes);
  EXPECT_EQ(decode_checkpoint(bytes).value(), example());
}

TEST(PartitionFormat, GoldenBytesOfVersion1) {
  std::string bytes;
  encode_checkpoint(example(), bytes);
  std::string hex;
  for (const char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof(two), "%02x", static_cast<unsigned>(static_cast<uint8_t>(c)));
    hex += two;
  }
  EXPECT_EQ(hex,
            "01ac020702810100"
            "68e5cf8b010000"
            "ff67e5cf8b010000"
            "01000000000000000200000000000000");
}

TEST(PartitionFormat, Version2IsWrittenWhenSomebodyWasErased) {
  PartitionCheckpoint erased = example();
  erased.erased = 300;
  std::string bytes;
  encode_checkpoint(erased, bytes);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(decode_checkpoint(bytes).value(), erased);
}

TEST(PartitionFormat, Version3IsWrittenWhenSomebodyClaimedAnId) {
  for (const uint64_t erased : {uint64_t{0}, uint64_t{300}}) {
    PartitionCheckpoint claimed = example();
    claimed.erased = erased;
    claimed.claim_seq = 129;
    std::string bytes;
    encode_checkpoint(claimed, bytes);
    EXPECT_EQ(bytes[0], 3);
    EXPECT_TRUE(bytes.ends_with("\x81\x01"));
    EXPECT_EQ(decode_checkpoint(bytes).value(), claimed);
  }
}

TEST(PartitionFormat, RefusesCutAndNewerBytes) {
  std::string bytes;
  encode_checkpoint(example(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_checkpoint(std::string_view(bytes).substr(0, size))) << size;
  }
  bytes[0] = 2;  // which has one number more
  EXPECT_EQ(decode_checkpoint(bytes).error().code, ErrorCode::kCorruptRecord);
  bytes[0] = 3;  // which has two
  EXPECT_EQ(decode_checkpoint(bytes).error().code, ErrorCode::kCorruptRecord);
  bytes[0] = 4;
  EXPECT_EQ(decode_checkpoint(bytes).error().code, ErrorCode::kNewerVersion);
}

}  // namespace
}  // namespace rekindle
