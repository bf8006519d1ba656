#include "core/decision.h"

#include <gtest/gtest.h>

#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using testing_samples::bytes_of_hex;
using testing_samples::hex_of;

DecisionRecord sample() {
  DecisionRecord record;
  record.placement = "home";
  record.policy = "thompson";
  record.is_held_out = true;
  record.nothing_ppm = 30'303;
  DecidedOffer offer;
  offer.offer = "ten";
  offer.group = "winter";
  offer.channel = "onsite";
  offer.product = "lamp";
  offer.rung = 2;
  offer.is_ghost = offer.has_budget = offer.holds_stock = true;
  offer.probability_ppm = 500'000;
  offer.gain = -7;
  offer.reserved_for = minutes(30);
  offer.kept_for = days(8);
  offer.view_window = days(1);
  offer.click_window = days(7);
  offer.cost = 25;
  offer.discount = 500;
  record.offers = {offer, DecidedOffer{.offer = "plain"}};
  record.slate_ppm = 45'000;
  record.offers_max = 3;
  record.capped = {0x1122334455667788, 0x99};
  return record;
}

TEST(DecisionRecord, ReadsBackEqual) {
  std::string bytes;
  append_decision_record(sample(), bytes);
  const auto read = read_decision_record(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->placement, "home");
  EXPECT_EQ(read->policy, "thompson");
  EXPECT_TRUE(read->is_held_out);
  EXPECT_EQ(read->nothing_ppm, 30'303u);
  ASSERT_EQ(read->offers.size(), 2u);
  std::string again;
  append_decision_record(*read, again);
  EXPECT_EQ(bytes, again);
  EXPECT_EQ(read->offers[0].discount, 500);
  EXPECT_TRUE(read->offers[0].is_ghost);
  EXPECT_FALSE(read->offers[1].has_budget);
  EXPECT_EQ(read->slate_ppm, 45'000u);
  EXPECT_EQ(read->offers_max, 3);
  EXPECT_EQ(read->capped, (std::vector<NameHash>{0x1122334455667788, 0x99}));
}

// Written down once. They must stay readable for ever.
TEST(DecisionRecord, VersionOneIsRead) {
  const std::string bytes = bytes_of_hex(
      "010004686f6d650667726565647940420f00010374656e000000"
      "000020a107000ec0ee6d80c0cbc90280b899298088b2a00232e807");
  const auto read = read_decision_record(bytes);
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  EXPECT_EQ(read->policy, "greedy");
  EXPECT_EQ(read->nothing_ppm, 1'000'000u);
  EXPECT_EQ(read->slate_ppm, 0u);
  EXPECT_EQ(read->offers_max, 0);
  EXPECT_TRUE(read->capped.empty());
  ASSERT_EQ(read->offers.size(), 1u);
  EXPECT_EQ(read->offers[0].offer, "ten");
  EXPECT_EQ(read->offers[0].probability_ppm, 500'000u);
  EXPECT_EQ(read->offers[0].gain, 7);
  EXPECT_EQ(read->offers[0].view_window, days(1));
  EXPECT_EQ(read->offers[0].click_window, days(7));
  EXPECT_EQ(read->offers[0].cost, 25);
  EXPECT_EQ(read->offers[0].discount, 500);
}

TEST(DecisionRecord, EveryCutAndANewerVersionAreRefused) {
  std::string bytes;
  append_decision_record(sample(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_decision_record(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(read_decision_record(bytes + "x"));
  bytes[0] = 3;
  EXPECT_EQ(read_decision_record(bytes).error().code, ErrorCode::kNewerVersion);
}

TEST(DecisionId, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(decision_text(0x0f3c2a9d55e1b702), "0f3c2a9d55e1b702");
  EXPECT_EQ(parse_decision("0f3c2a9d55e1b702"), 0x0f3c2a9d55e1b702u);
  for (const char* wrong : {"", "0", "0F3C2A9D55E1B702", "0f3c2a9d55e1b70g", "0f3c2a9d55e1b7020"}) {
    EXPECT_EQ(parse_decision(wrong), 0u) << wrong;
  }
  EXPECT_NE(decision_id(PartitionId{1}, 7, 0), decision_id(PartitionId{1}, 7, 1));
  EXPECT_NE(decision_id(PartitionId{1}, 7, 0), decision_id(PartitionId{2}, 7, 0));
}

TEST(ArmHash, TheFirstRungIsTheOfferItself) {
  EXPECT_EQ(arm_hash("ten", 0), name_hash("ten"));
  EXPECT_EQ(arm_hash("ten", 2), name_hash("ten#2"));
}

}  // namespace
}  // namespace rekindle
