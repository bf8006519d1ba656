#include "core/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace rekindle {
namespace {

// These values are on disk: a change of hash is a change of every stored format.
TEST(Ids, HashesNeverChange) {
  EXPECT_EQ(name_hash("shoes"), NameHash{0x6ad49d572cbf7309});
  EXPECT_EQ(item_name_hash("shoes"), NameHash{0x9d572cbf7309});
  EXPECT_EQ(static_cast<uint32_t>(site_id("shop")), 0x4d518cd9u);
  const VisitorKey key = visitor_key(site_id("shop"), "v1");
  EXPECT_EQ(key.high, uint64_t{0xc7cae0e4151569e5});
  EXPECT_EQ(key.low, uint64_t{0x3330685bd26add5d});
}

TEST(Ids, TheEmptyNameIsNoNameAndNothingElseIs) {
  EXPECT_EQ(name_hash(""), kNoName);
  EXPECT_NE(name_hash("0"), kNoName);
  EXPECT_EQ(item_name_hash(""), kNoName);
}

TEST(Ids, TheSameNameAtTwoSitesIsTwoVisitors) {
  EXPECT_NE(visitor_key(site_id("a"), "v"), visitor_key(site_id("b"), "v"));
  EXPECT_EQ(visitor_key(site_id("a"), "v"), visitor_key(site_id("a"), "v"));
}

TEST(Ids, VisitorsSpreadOverAllPartitions) {
  std::set<uint16_t> partitions;
  for (int i = 0; i < 2'000; ++i) {
    const PartitionId partition =
        partition_of(visitor_key(site_id("a"), "v" + std::to_string(i)), 64);
    ASSERT_LT(to_index(partition), 64);
    partitions.insert(to_index(partition));
  }
  EXPECT_EQ(partitions.size(), 64u);
}

}  // namespace
}  // namespace rekindle
