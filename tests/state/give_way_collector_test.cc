#include "state/give_way_collector.h"

#include <gtest/gtest.h>

#include <memory>

namespace rekindle::state {
namespace {

TEST(GiveWayCollector, LeavesTheTableAsItIs) {
  GiveWayCollectorFactory factory;
  const std::unique_ptr<rocksdb::TablePropertiesCollector> collector(
      factory.CreateTablePropertiesCollector({}));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(collector->AddUserKey("key", "value", rocksdb::kEntryPut, 1, 1).ok());
  }
  rocksdb::UserCollectedProperties properties;
  EXPECT_TRUE(collector->Finish(&properties).ok());
  EXPECT_TRUE(properties.empty());
  EXPECT_FALSE(collector->NeedCompact());
}

}  // namespace
}  // namespace rekindle::state
