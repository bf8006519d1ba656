#include "core/rules.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace rekindle {
namespace {

Rules amended(const Rules& before, const std::vector<AudienceDefinition>& wanted) {
  auto result = amend(before, wanted);
  EXPECT_TRUE(result.has_value() && result->has_value());
  return **result;
}

const std::vector<AudienceDefinition> kTwo = {{"a", "A", "", "count(any, 1d) > 0"},
                                              {"b", "B", "", "count(any, 2d) > 0"}};

TEST(Rules, NewAudiencesGetTheNextIds) {
  const Rules rules = amended({}, kTwo);
  EXPECT_EQ(rules.version, 1u);
  EXPECT_EQ(rules.next_id, 2);
  EXPECT_EQ(rules.find("b")->id, AudienceId{1});
  EXPECT_EQ(rules.find(AudienceId{0})->name, "a");
  EXPECT_EQ(rules.find("c"), nullptr);
  EXPECT_EQ(rules.find(AudienceId{2}), nullptr);
}

TEST(Rules, TheSameDefinitionsAmendNothing) {
  const Rules rules = amended({}, kTwo);
  const auto same = amend(rules, kTwo);
  ASSERT_TRUE(same.has_value());
  EXPECT_FALSE(same->has_value());
  const auto swapped = amend(rules, {kTwo[1], kTwo[0]});
  ASSERT_TRUE(swapped.has_value());
  EXPECT_FALSE(swapped->has_value());
}

TEST(Rules, OnlyAChangedExpressionRaisesAnAudiencesVersion) {
  const Rules first = amended({}, kTwo);
  auto wanted = kTwo;
  wanted[0].title = "Other words";
  const Rules retitled = amended(first, wanted);
  EXPECT_EQ(retitled.version, 2u);
  EXPECT_EQ(retitled.find("a")->version, 1u);
  EXPECT_EQ(retitled.find("a")->title, "Other words");
  wanted[0].when = "count(any, 3d) > 0";
  const Rules changed = amended(retitled, wanted);
  EXPECT_EQ(changed.find("a")->version, 2u);
  EXPECT_EQ(changed.find("a")->id, AudienceId{0});
  EXPECT_EQ(changed.find("b")->version, 1u);
}

TEST(Rules, ARemovedAudiencesIdIsNeverGivenAgain) {
  const Rules both = amended({}, kTwo);
  const Rules one = amended(both, {kTwo[0]});
  EXPECT_EQ(one.find("b"), nullptr);
  const Rules again = amended(one, kTwo);
  EXPECT_EQ(again.find("b")->id, AudienceId{2});
  EXPECT_EQ(again.find("b")->version, 1u);
}

TEST(Rules, ARemovedAudienceKeepsItsNameForTheFeed) {
  const Rules one = amended(amended({}, kTwo), {kTwo[0]});
  ASSERT_EQ(one.retired.size(), 1u);
  EXPECT_EQ(one.retired[0].id, AudienceId{1});
  EXPECT_EQ(one.retired[0].name, "b");
  const Rules none = amended(amended(one, kTwo), {});
  ASSERT_EQ(none.retired.size(), 3u);  // "b" twice: it came back as another
  EXPECT_EQ(none.retired[2].name, "b");
}

TEST(Rules, ThoseOfTheFirstFormatAreRead) {
  const std::string first(
      "\x01\x05\x02\x01\x00\x03\x01"
      "a\x00\x00\x01"
      "w",
      12);
  const auto rules = decode_rules(first);
  ASSERT_TRUE(rules.has_value());
  EXPECT_EQ(rules->version, 5u);
  EXPECT_EQ(rules->find("a")->version, 3u);
  EXPECT_TRUE(rules->retired.empty());
}

TEST(Rules, TooManyOrRepeatedNamesAreRefused) {
  std::vector<AudienceDefinition> many(limits::kAudiencesMax + 1);
  for (size_t i = 0; i < many.size(); ++i) many[i].name = std::to_string(i);
  EXPECT_EQ(amend({}, many).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(amend({}, {kTwo[0], kTwo[0]}).error().code, ErrorCode::kInvalidArgument);
}

TEST(Rules, ReadBackEqualAndRefuseDamage) {
  const Rules rules = amended(amended(amended({}, kTwo), {kTwo[1]}), kTwo);
  std::string bytes;
  encode_rules(rules, bytes);
  const auto read = decode_rules(bytes);
  ASSERT_TRUE(read.has_value());
  std::string again;
  encode_rules(*read, again);
  EXPECT_EQ(again, bytes);
  EXPECT_EQ(read->next_id, 3);
  EXPECT_EQ(read->find("a")->when, kTwo[0].when);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(decode_rules(std::string_view(bytes).substr(0, size)).has_error()) << size;
  }
  EXPECT_TRUE(decode_rules(bytes + "x").has_error());
  bytes[0] = 4;
  EXPECT_EQ(decode_rules(bytes).error().code, ErrorCode::kNewerVersion);
}

}  // namespace
}  // namespace rekindle
