#include "core/offer_history_format.h"

#include <gtest/gtest.h>

#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

OfferHistory sample() {
  Exposure exposure;
  exposure.decision = 0x0102030405060708;
  exposure.decided_at = kNoon + seconds(1);
  exposure.reserved_until = exposure.decided_at + minutes(30);
  exposure.keep_until = exposure.decided_at + days(30);
  exposure.offer = 0x11;
  exposure.arm = 0x12;
  exposure.group = 0x13;
  exposure.channel = 0x14;
  exposure.product = 0xa1b2c3d4e5f6;
  exposure.stage = OfferStage::kShown;
  exposure.has_budget = exposure.holds_stock = true;
  exposure.shown_at = exposure.decided_at + milliseconds(500);
  exposure.clicked_at = exposure.decided_at + milliseconds(700);
  exposure.view_window = days(1);
  exposure.click_window = days(7);
  exposure.cost = 25;
  exposure.discount = 500;
  Trial trial;
  trial.offer = 0x11;
  trial.arm = 0x12;
  trial.group = 0x13;
  trial.policy = 0x15;
  trial.is_ghost = true;
  trial.began = kNoon + seconds(1);
  trial.until = trial.began + days(7);
  trial.orders = 2;
  trial.revenue = -300;
  trial.before = 9'000;
  SoldLine line;
  line.at = kNoon + seconds(2);
  line.settles_at = line.at + hours(1);
  line.worth = 1'999;
  return {{exposure}, {trial}, {line}};
}

std::string encoded(const OfferHistory& history) {
  std::string out;
  ByteWriter writer(out);
  put_offers(history, kNoon, writer);
  return out;
}

// Written down once. They must stay readable for ever.
constexpr std::string_view kGolden =
    "010807060504030201d00f80dddb0180a0f6a71311000000000000001200000000000000130000000000000014"
    "0000000000000001b701f6e5d4c3b2a1e807f80a32e80780b899298088b2a00201110000000000000012000000"
    "0000000013000000000000001500000000000000d00f8090e4c00405d704d08c0101a01f80bab7030000000000"
    "009e1f";

TEST(OfferHistoryFormat, WritesAndReadsItsGoldenBytes) {
  EXPECT_EQ(hex_of(encoded(sample())), kGolden);
  const std::string bytes = bytes_of_hex(kGolden);
  ByteReader reader(bytes);
  OfferHistory read;
  get_offers(reader, kNoon, read);
  EXPECT_TRUE(reader.ok() && reader.at_end());
  EXPECT_EQ(read, sample());
}

OfferHistory fuller_sample() {
  OfferHistory history = sample();
  history.exposures[0].nth = 3;
  Trial& trial = history.trials[0];
  trial.was_active = trial.took = true;
  trial.lines = 5;
  trial.primary = 2;
  trial.attached = 1;
  return history;
}

TEST(OfferHistoryFormat, WhatCameLaterIsWrittenOnlyWhereThereIsSome) {
  const std::string bytes = encoded(fuller_sample());
  EXPECT_EQ(bytes.size(), encoded(sample()).size() + 1 + 4 + 4);  // nth; a longer head; the rest
  ByteReader reader(bytes);
  OfferHistory read;
  get_offers(reader, kNoon, read);
  EXPECT_TRUE(reader.ok() && reader.at_end());
  EXPECT_EQ(read, fuller_sample());
}

TEST(OfferHistoryFormat, EveryCutIsRefused) {
  const std::string bytes = encoded(fuller_sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    OfferHistory read;
    get_offers(reader, kNoon, read);
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(OfferHistoryFormat, AnUnknownStageIsRefused) {
  std::string bytes = encoded(sample());
  const size_t stage = bytes.find(std::string("\x01\xb7\x01", 3));
  ASSERT_NE(stage, std::string::npos);
  bytes[stage] = 4;
  ByteReader reader(bytes);
  OfferHistory read;
  get_offers(reader, kNoon, read);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace rekindle
