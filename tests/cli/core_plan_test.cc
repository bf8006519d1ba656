#include "cli/core_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rekindle::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CorePlan, IsMadeByItselfWhereServingThreadsFillTheCores) {
  const auto plan = plan_cores(PinThreads::kAuto, {0, 1, 4, 5}, 1, 3);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->io, ElementsAre(0));
  EXPECT_THAT(plan->shards, ElementsAre(5, 4, 1));
}

TEST(CorePlan, OtherwiseTheSchedulerFindsRoom) {
  for (const std::vector<unsigned>& usable :
       {std::vector<unsigned>{}, std::vector<unsigned>{0}, std::vector<unsigned>{0, 1, 2}}) {
    const auto plan = plan_cores(PinThreads::kAuto, usable, 1, 1);
    ASSERT_TRUE(plan);
    EXPECT_THAT(plan->io, IsEmpty());
    EXPECT_THAT(plan->shards, IsEmpty());
  }
}

TEST(CorePlan, IsMadeWhereAskedFor) {
  const auto plan = plan_cores(PinThreads::kOn, {2, 3, 6}, 1, 1);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->io, ElementsAre(2));
  EXPECT_THAT(plan->shards, ElementsAre(6));
  const auto none = plan_cores(PinThreads::kOff, {0, 1}, 1, 1);
  ASSERT_TRUE(none);
  EXPECT_THAT(none->shards, IsEmpty());
}

TEST(CorePlan, IsRefusedWhereThereAreTooFewCores) {
  const auto plan = plan_cores(PinThreads::kOn, {0, 1}, 1, 2);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_NE(plan.error().detail.find("3 threads"), std::string::npos) << plan.error().detail;
}

TEST(CorePlan, KnowsTheCoresOfThisProcess) {
  EXPECT_FALSE(usable_cores().empty());
}

}  // namespace
}  // namespace rekindle::cli
