#include "core/redefinition.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace rekindle {
namespace {

// "in(x)" refers to the audience x; that is all this language knows.
Result<std::vector<AudienceId>> references_of(const AudienceRule& rule, const Rules& rules) {
  std::vector<AudienceId> ids;
  for (const AudienceRule& other : rules.audiences) {
    if (rule.when.find("in(" + other.name + ")") != std::string::npos) ids.push_back(other.id);
  }
  return ids;
}

Rules four() {
  return **amend({}, {{"a", "", "", "true"},
                      {"b", "", "", "in(a)"},
                      {"c", "", "", "in(b)"},
                      {"d", "", "", "false"}});
}

Rules pending(const Rules& before, const std::vector<WantedAudience>& wanted) {
  auto during = with_pending(before, wanted, references_of);
  EXPECT_TRUE(during.has_value());
  return *during;
}

std::string versions(const std::vector<PendingRule>& rules) {
  std::string text;
  for (const PendingRule& one : rules) {
    text += one.rule.name + (one.removes ? "-" : std::to_string(one.rule.version));
  }
  return text;
}

TEST(Redefinition, WhoRefersToAChangedAudienceGetsANewVersionToo) {
  const Rules before = four();
  const Rules during = pending(before, {{{"a", "", "", "false"}, false}});
  EXPECT_EQ(versions(during.pending), "a2b2c2");
  EXPECT_EQ(during.version, before.version + 1);
  EXPECT_EQ(during.find("a")->when, "true") << "in force until the switch";
  const Rules after = switched(during);
  EXPECT_EQ(after.version, before.version + 2);
  EXPECT_TRUE(after.pending.empty());
  EXPECT_EQ(after.find("a")->when, "false");
  EXPECT_EQ(after.find("a")->id, before.find("a")->id);
  EXPECT_EQ(after.find("c")->version, 2u);
  EXPECT_EQ(after.find("d")->version, 1u);
  EXPECT_EQ(after.find("a")->origin, AudienceOrigin::kInterface);
  EXPECT_EQ(after.find("b")->origin, AudienceOrigin::kConfiguration);
}

TEST(Redefinition, OtherWordsNeedNoEvaluation) {
  const Rules during = pending(four(), {{{"a", "Title", "", "true"}, false}});
  ASSERT_EQ(versions(during.pending), "a1");
  EXPECT_FALSE(during.is_evaluated(during.pending[0]));
  EXPECT_EQ(switched(during).find("a")->title, "Title");
}

TEST(Redefinition, ANewAudienceGetsTheNextIdAndARemovedOneIsRetired) {
  const Rules during = pending(four(), {{{"e", "", "", "true"}, false}, {{"d", "", "", ""}, true}});
  EXPECT_EQ(versions(during.pending), "d-e1");
  const Rules after = switched(during);
  EXPECT_EQ(after.find("e")->id, AudienceId{4});
  EXPECT_EQ(after.next_id, 5);
  EXPECT_EQ(after.find("d"), nullptr);
  ASSERT_EQ(after.retired.size(), 1u);
  EXPECT_EQ(after.retired[0].name, "d");
  ASSERT_EQ(after.dropped.size(), 1u) << "the configuration still defines it";
  EXPECT_EQ(after.dropped[0].name, "d");
}

TEST(Redefinition, WhatIsSoAlreadyIsNotPending) {
  const Rules after = switched(pending(four(), {{{"a", "", "", "false"}, false}}));
  EXPECT_TRUE(pending(after, {{{"a", "", "", "false"}, false}}).pending.empty());
  EXPECT_TRUE(pending(after, {{{"unknown", "", "", ""}, true}}).pending.empty());
}

TEST(Redefinition, TooManyAndTooLongAreRefused) {
  std::vector<AudienceDefinition> many(limits::kAudiencesMax);
  for (size_t i = 0; i < many.size(); ++i) many[i].name = "n" + std::to_string(i);
  const Rules full = **amend({}, many);
  const auto none = [](const AudienceRule&, const Rules&) {
    return Result<std::vector<AudienceId>>(std::vector<AudienceId>());
  };
  const std::vector<WantedAudience> more{{{"n0", "", "", "true"}, false}};
  EXPECT_EQ(with_pending(full, more, none).error().code, ErrorCode::kInvalidArgument);
  const std::string text(limits::kAudienceTextBytesMax + 1, 'x');
  const std::vector<WantedAudience> long_one{{{"a", text, "", "true"}, false}};
  EXPECT_EQ(with_pending({}, long_one, none).error().code, ErrorCode::kInvalidArgument);
}

TEST(Redefinition, RulesWithPendingOnesReadBackEqual) {
  const Rules during =
      pending(four(), {{{"a", "T", "P", "false"}, false}, {{"d", "", "", ""}, true}});
  for (const Rules& rules : {during, switched(during)}) {
    std::string bytes;
    encode_rules(rules, bytes);
    const auto read = decode_rules(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->audiences, rules.audiences);
    EXPECT_EQ(read->dropped, rules.dropped);
    EXPECT_EQ(read->retired, rules.retired);
    EXPECT_EQ(versions(read->pending), versions(rules.pending));
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_TRUE(decode_rules(std::string_view(bytes).substr(0, size)).has_error()) << size;
    }
  }
}

TEST(Redefinition, WantedAudiencesReadBackEqual) {
  const std::vector<WantedAudience> wanted{{{"a", "T", "P", "true"}, false},
                                           {{"b", "", "", ""}, true}};
  std::string bytes;
  encode_wanted(wanted, bytes);
  const auto read = decode_wanted(bytes);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].definition.when, "true");
  EXPECT_TRUE((*read)[1].removes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(decode_wanted(std::string_view(bytes).substr(0, size)).has_error()) << size;
  }
}

// --- which word counts at the next start: the configuration's or the interface's

class Precedence : public ::testing::Test {
 protected:
  // What the interface makes of the audience "a" of the configuration.
  Rules changed(const WantedAudience& wanted) const {
    return switched(pending(x_configured, {wanted}));
  }
  const std::vector<AudienceDefinition> x_file = {{"a", "", "", "true"}, {"b", "", "", "false"}};
  const Rules x_configured = **amend({}, x_file);
};

TEST_F(Precedence, AnUnchangedConfigurationLeavesWhatTheInterfaceSaid) {
  const Rules rules = changed({{"a", "", "", "false"}, false});
  EXPECT_FALSE(*amend(rules, x_file)) << "nothing to do";
  const Rules without = changed({{"a", "", "", ""}, true});
  EXPECT_FALSE(*amend(without, x_file)) << "it stays removed";
  const Rules with = changed({{"mine", "", "", "true"}, false});
  EXPECT_FALSE(*amend(with, x_file)) << "it stays, though the configuration does not know it";
}

TEST_F(Precedence, AChangedConfigurationCounts) {
  auto file = x_file;
  file[0].when = "in(b)";
  const Rules rules = **amend(changed({{"a", "", "", "false"}, false}), file);
  EXPECT_EQ(rules.find("a")->when, "in(b)");
  EXPECT_EQ(rules.find("a")->version, 3u);
  EXPECT_EQ(rules.find("a")->origin, AudienceOrigin::kConfiguration);
  const Rules back = **amend(changed({{"a", "", "", ""}, true}), file);
  EXPECT_EQ(back.find("a")->when, "in(b)");
  EXPECT_TRUE(back.dropped.empty());
  EXPECT_FALSE(*amend(back, file));
}

TEST_F(Precedence, WhatTheConfigurationNoLongerNamesStaysOnlyIfTheInterfaceDefinedIt) {
  const std::vector<AudienceDefinition> only_b = {x_file[1]};
  const Rules kept = **amend(changed({{"a", "", "", "false"}, false}), only_b);
  EXPECT_EQ(kept.find("a")->when, "false");
  EXPECT_FALSE(*amend(kept, only_b));
  EXPECT_EQ((**amend(x_configured, only_b)).find("a"), nullptr);
  const Rules forgotten = **amend(changed({{"a", "", "", ""}, true}), only_b);
  EXPECT_TRUE(forgotten.dropped.empty()) << "named again, it is new";
  EXPECT_NE((**amend(forgotten, x_file)).find("a"), nullptr);
}

}  // namespace
}  // namespace rekindle
