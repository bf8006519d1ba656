// The ledger of the change feed: what counts as a move, what a day holds, and that it comes back
// from its bytes.
#include "io/reports/ledger.h"

#include <gtest/gtest.h>

#include <string>

#include "io/reports/flow_report.h"
#include "tests/core/event_samples.h"

namespace rekindle::io {
namespace {

constexpr AudienceId kAware{0}, kDeciding{1}, kBought{2}, kBusy{3};
constexpr EventTime kMorning{1'767'254'400'000};  // 2026-01-01T08:00Z

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    const char* names[] = {"stage_aware", "stage_deciding", "stage_bought", "busy"};
    for (uint16_t i = 0; i < 4; ++i) {
      rules.audiences.push_back({AudienceId{i}, 1, names[i], "", "", "true"});
    }
    site.name = "shop";
    site.id = site_id("shop");
  }
  void change(uint64_t visitor, EventTime at, AudienceId audience, bool entered) {
    Change change;
    change.site = site.id;
    change.visitor = {visitor, visitor};
    change.at = at;
    change.audience = audience;
    change.entered = entered;
    ledger.add(change, rules);
  }
  uint64_t moves(AudienceId from, AudienceId to, EventTime at = kMorning) {
    ledger.finish();
    const auto day = ledger.days().find({site.id, day_of(at)});
    if (day == ledger.days().end()) return 0;
    const auto found = day->second.moves.find({from, to});
    return found == day->second.moves.end() ? 0 : found->second;
  }
  std::string flow(int32_t first, int32_t last) {
    ledger.finish();
    ReportRequest request;
    request.site = &site;
    request.first_day = day_of(kMorning) + first;
    request.last_day = day_of(kMorning) + last;
    request.csv = true;
    return flow_report(ledger, rules, request, "stage");
  }

  Rules rules;
  Site site;
  Ledger ledger;
};

TEST_F(LedgerTest, CountsLeavingOneAndEnteringAnotherOfAGroupAsOneMove) {
  change(7, kMorning, kAware, true);
  change(7, kMorning + seconds(1), kDeciding, true);  // entered before it leaves: ids decide
  change(7, kMorning + seconds(1), kAware, false);
  EXPECT_EQ(moves(kNoAudience, kAware), 1u);
  EXPECT_EQ(moves(kAware, kDeciding), 1u);
  EXPECT_EQ(moves(kNoAudience, kDeciding), 0u);
}

TEST_F(LedgerTest, AMemberWhoAnswersAboutAdvertisingHasNotMoved) {
  change(7, kMorning, kAware, true);
  Change answer;
  answer.site = site.id;
  answer.visitor = {7, 7};
  answer.at = kMorning + seconds(1);
  answer.audience = kAware;
  answer.reason = ChangeReason::kConsent;
  answer.entered = false;
  ledger.add(answer, rules);
  ledger.finish();
  const auto& day = ledger.days().at({site.id, day_of(kMorning)});
  EXPECT_EQ(day.audiences.at(kAware).entered, 1u);
  EXPECT_EQ(day.audiences.at(kAware).left, 0u);
  EXPECT_EQ(moves(kAware, kNoAudience), 0u);
}

TEST_F(LedgerTest, TakesWhatHappensAtOneInstantForOneMove) {
  change(7, kMorning, kAware, false);
  change(7, kMorning, kDeciding, true);
  change(7, kMorning, kBusy, true);
  change(7, kMorning, kDeciding, false);
  change(7, kMorning, kBought, true);
  EXPECT_EQ(moves(kAware, kBought), 1u);
  EXPECT_EQ(moves(kAware, kDeciding), 0u);
  EXPECT_EQ(moves(kNoAudience, kBusy), 1u);
}

TEST_F(LedgerTest, DoesNotMixTwoVisitorsOfOneInstant) {
  change(7, kMorning, kAware, false);
  change(8, kMorning, kDeciding, true);
  EXPECT_EQ(moves(kAware, kNoAudience), 1u);
  EXPECT_EQ(moves(kNoAudience, kDeciding), 1u);
}

TEST_F(LedgerTest, LeavingAndReturningAtOneInstantIsNoMove) {
  change(7, kMorning, kAware, false);
  change(7, kMorning, kAware, true);
  EXPECT_EQ(moves(kAware, kNoAudience) + moves(kNoAudience, kAware), 0u);
}

TEST_F(LedgerTest, AddsUpThePeriodThatIsAskedFor) {
  change(7, kMorning, kAware, true);
  change(7, kMorning + days(2), kAware, false);
  change(7, kMorning + days(2), kDeciding, true);
  change(8, kMorning + days(2), kAware, true);
  EXPECT_EQ(flow(0, 1), "from,to,moves\n,stage_aware,1\n");
  EXPECT_EQ(flow(2, 2), "from,to,moves\n,stage_aware,1\nstage_aware,stage_deciding,1\n");
  EXPECT_EQ(flow(3, 9), "from,to,moves\n");
}

TEST_F(LedgerTest, TellsSizesOfDaysWithoutChangesToo) {
  change(7, kMorning, kAware, true);
  change(8, kMorning, kAware, true);
  change(7, kMorning + days(2), kAware, false);
  ReportRequest request;
  request.site = &site;
  request.first_day = day_of(kMorning) + 1;
  request.last_day = day_of(kMorning) + 2;
  request.csv = true;
  EXPECT_EQ(size_report(ledger, {rules.audiences[0]}, request),
            "day,audience,size,entered,left\n"
            "2026-01-02,stage_aware,2,0,0\n"
            "2026-01-03,stage_aware,1,0,1\n");
  request.csv = false;
  request.last_day = request.first_day;
  EXPECT_EQ(size_report(ledger, {rules.audiences[0]}, request),
            R"({"site":"shop","from":"2026-01-02","to":"2026-01-02","days":[)"
            R"({"day":"2026-01-02","audience":"stage_aware","size":2,"entered":0,"left":0}]})"
            "\n");
}

TEST_F(LedgerTest, ADayComesBackFromItsBytes) {
  change(7, kMorning, kAware, true);
  change(7, kMorning + seconds(1), kAware, false);
  change(7, kMorning + seconds(1), kBought, true);
  ledger.finish();
  const Ledger::Day& day = ledger.days().begin()->second;
  std::string bytes;
  encode_day(day, bytes);
  EXPECT_EQ(testing_samples::hex_of(bytes),
            "01"  // version
            "02"
            "000101"  // audience 0: entered 1, left 1
            "020100"  // audience 2
            "02"
            "000201"        // moves: 0 → 2
            "ffff030001");  // nowhere → 0
  const auto again = decode_day(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->moves, day.moves);
  EXPECT_EQ(again->audiences.at(kAware).left, 1u);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(decode_day(std::string_view(bytes).substr(0, cut))) << cut;
  }
}

}  // namespace
}  // namespace rekindle::io
