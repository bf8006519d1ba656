// The guards, one sentence each. What they mean together: tests/property/identity_property_test.
#include "core/identity_book.h"

#include <gtest/gtest.h>

#include "state/memory_state_store.h"

namespace rekindle {
namespace {

constexpr SiteId kShop{1};
constexpr PartitionId kPartition{0};

class IdentityBookTest : public ::testing::Test {
 protected:
  static IdentityConfig config() {
    IdentityConfig config;
    config.limits = {{4, 1, 2, 2, 3, 3}};
    config.shared_after = 3;
    config.blocked = {"house-tablet"};
    return config;
  }
  IdentityBookTest() { EXPECT_TRUE(x_book.open()); }

  // The last line it caused, as text.
  std::string say(const std::string& visitor, IdType type, const std::string& value) {
    const uint64_t before = x_book.state().next_decision;
    const Claim claim{type,  EventType::kIdentify,        EventTime{1'000},
                      kShop, visitor_key(kShop, visitor), visitor,
                      value};
    EXPECT_TRUE(x_book.take(claim, kPartition, ++x_seq, WallTime{5}));
    EXPECT_TRUE(x_book.commit());
    std::string said;
    for (const IdentityDecision& line : x_book.journal(before - 1, 100, std::nullopt).value()) {
      if (!said.empty()) said += ", ";
      said += std::string(name_of(line.kind)) + " " + std::string(name_of(line.reason));
    }
    return said;
  }
  [[nodiscard]] uint64_t person(const std::string& text) {
    const auto found = x_book.find(kShop, text).value();
    return found ? found->number : 0;
  }
  state::MemoryStateStore x_store;
  IdentityBook x_book{x_store, config(), 1};
  uint64_t x_seq = 0;
};

TEST_F(IdentityBookTest, VisitorsWithTheSameCustomerAreOnePerson) {
  EXPECT_EQ(say("phone", IdType::kUser, "u1"), "link claim");
  EXPECT_EQ(say("laptop", IdType::kEmail, "ann@shop.example"), "link claim");
  EXPECT_NE(person("phone"), person("laptop"));
  EXPECT_EQ(say("laptop", IdType::kUser, "u1"), "merge claim");
  EXPECT_EQ(person("phone"), person("laptop"));
  EXPECT_EQ(person("Ann@SHOP.example"), person("u1"));
}

TEST_F(IdentityBookTest, CompanionsAreWhoIsOnePersonAsItIsStored) {
  const auto of = [](const IdentityBook& book, const std::string& visitor) {
    std::string names;
    for (const VisitorKey other : book.companions().of(visitor_key(kShop, visitor), 2)) {
      for (const char* name : {"phone", "laptop", "tablet", "watch"}) {
        if (visitor_key(kShop, name) == other)
          names += std::string(names.empty() ? "" : " ") + name;
      }
    }
    return names;
  };
  say("phone", IdType::kUser, "u1");
  EXPECT_EQ(of(x_book, "phone"), "");
  EXPECT_EQ(x_book.companions().persons(), 0u);
  say("laptop", IdType::kUser, "u1");
  EXPECT_EQ(of(x_book, "phone"), "laptop");
  EXPECT_EQ(of(x_book, "laptop"), "phone");
  say("watch", IdType::kDevice, "device-1");
  say("tablet", IdType::kDevice, "device-1");
  EXPECT_EQ(of(x_book, "watch"), "tablet");
  say("tablet", IdType::kUser, "u1");  // two persons become one
  EXPECT_EQ(x_book.companions().persons(), 1u);
  EXPECT_EQ(of(x_book, "watch"), "laptop tablet");  // the newest
  IdentityBook again(x_store, config(), 1);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(of(again, "phone"), of(x_book, "phone"));
  // … and two again, of which what is not stored is not seen.
  ASSERT_TRUE(x_book.unmerge(id_key(visitor_key(kShop, "tablet")), WallTime{6}));
  EXPECT_EQ(of(x_book, "watch"), "laptop tablet");
  ASSERT_TRUE(x_book.commit());
  EXPECT_EQ(of(x_book, "watch"), "");
  EXPECT_EQ(of(x_book, "tablet"), "");
  EXPECT_EQ(of(x_book, "phone"), "laptop");
}

TEST_F(IdentityBookTest, WhatIsKnownIsDecidedOnce) {
  EXPECT_EQ(say("phone", IdType::kEmail, "ann@shop.example"), "link claim");
  EXPECT_EQ(say("phone", IdType::kEmail, "ANN@shop.example"), "");
  EXPECT_EQ(say("phone", IdType::kUser, "null"), "refuse placeholder");
  EXPECT_EQ(say("phone", IdType::kUser, "null"), "");
  EXPECT_EQ(x_book.counts().repeated, 2u);
}

TEST_F(IdentityBookTest, TwoIdentifiedPeopleNeverMeetThroughADevice) {
  say("phone", IdType::kUser, "u1");
  say("tablet", IdType::kUser, "u2");
  EXPECT_EQ(say("phone", IdType::kDevice, "family-tablet"), "link claim");
  EXPECT_EQ(say("tablet", IdType::kDevice, "family-tablet"), "refuse two_identified");
  EXPECT_NE(person("phone"), person("tablet"));
}

TEST_F(IdentityBookTest, WhoWasAnonymousOnASharedDeviceLeavesItOnceTheySayWhoTheyAre) {
  say("phone", IdType::kUser, "u1");
  say("phone", IdType::kDevice, "family-tablet");
  EXPECT_EQ(say("browser", IdType::kDevice, "family-tablet"), "link claim");
  EXPECT_EQ(person("phone"), person("browser"));
  const uint64_t before = person("phone");
  EXPECT_EQ(say("browser", IdType::kUser, "u2"), "cut two_identified, link claim");
  EXPECT_NE(person("phone"), person("browser"));
  EXPECT_EQ(person("phone"), before);
  EXPECT_EQ(person("family-tablet"), before);
}

TEST_F(IdentityBookTest, AnAliasOfTwoWhoWereSeenWithDifferentPeopleLinksNobody) {
  say("phone", IdType::kUser, "u1");
  say("phone", IdType::kDevice, "device-1");
  say("laptop", IdType::kUser, "u2");
  say("laptop", IdType::kDevice, "device-2");
  say("a", IdType::kDevice, "device-1");
  say("b", IdType::kDevice, "device-2");
  EXPECT_EQ(say("a", IdType::kVisitor, "b"), "refuse two_identified");
}

TEST_F(IdentityBookTest, APersonHasAsManyIdsOfATypeAsMayBe) {
  say("phone", IdType::kUser, "u1");
  EXPECT_EQ(say("phone", IdType::kUser, "u2"), "refuse limit");
  EXPECT_EQ(say("phone", IdType::kEmail, "a@shop.example"), "link claim");
  EXPECT_EQ(say("phone", IdType::kEmail, "b@shop.example"), "link claim");
  EXPECT_EQ(say("phone", IdType::kEmail, "c@shop.example"), "refuse limit");
  for (const char* visitor : {"2", "3", "4"})
    EXPECT_EQ(say(visitor, IdType::kUser, "u1"), "link claim");
  EXPECT_EQ(say("5", IdType::kUser, "u1"), "refuse limit");
}

TEST_F(IdentityBookTest, AThingThatManyClaimLinksNobodyAnyMore) {
  for (const char* visitor : {"1", "2", "3"}) say(visitor, IdType::kDevice, "kiosk");
  EXPECT_EQ(person("1"), person("3"));
  EXPECT_EQ(say("4", IdType::kDevice, "kiosk"),
            "cut shared, cut shared, cut shared, refuse shared");
  EXPECT_EQ(person("1"), 0u);
  EXPECT_EQ(say("5", IdType::kDevice, "kiosk"), "refuse shared");
}

TEST_F(IdentityBookTest, BlockedAndMalformedValuesLinkNobody) {
  EXPECT_EQ(say("1", IdType::kDevice, "House-Tablet"), "refuse placeholder");
  EXPECT_EQ(say("1", IdType::kEmail, "ann"), "refuse malformed");
  EXPECT_EQ(person("1"), 0u);
}

TEST_F(IdentityBookTest, AMergeIsTakenBackAndStaysSo) {
  say("phone", IdType::kUser, "u1");
  say("laptop", IdType::kEmail, "ann@shop.example");
  say("laptop", IdType::kUser, "u1");
  const uint64_t phone = person("phone");
  ASSERT_TRUE(x_book.unmerge(3, WallTime{6}));
  EXPECT_EQ(person("phone"), phone);
  EXPECT_NE(person("laptop"), phone);
  EXPECT_EQ(person("ann@shop.example"), person("laptop"));
  EXPECT_EQ(say("laptop", IdType::kUser, "u1"), "");
  EXPECT_NE(person("laptop"), phone);
  EXPECT_EQ(x_book.unmerge(3, WallTime{7}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(x_book.unmerge(99, WallTime{7}).error().code, ErrorCode::kNotFound);
}

TEST_F(IdentityBookTest, ThoseWhomOnlyADeviceWouldStillHoldTogetherPart) {
  say("phone", IdType::kUser, "u1");
  say("laptop", IdType::kEmail, "ann@shop.example");
  say("laptop", IdType::kUser, "u1");
  say("phone", IdType::kDevice, "family-tablet");
  say("laptop", IdType::kDevice, "family-tablet");
  EXPECT_EQ(person("phone"), person("laptop"));
  ASSERT_TRUE(x_book.unmerge(3, WallTime{6}));
  EXPECT_NE(person("phone"), person("laptop"));
  EXPECT_EQ(person("phone"), person("family-tablet"));
  const auto lines = x_book.journal(5, 100, std::nullopt).value();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].kind, DecisionKind::kUnmerge);
  EXPECT_EQ(lines[1].kind, DecisionKind::kCut);
  EXPECT_EQ(lines[1].reason, DecisionReason::kTwoIdentified);
}

TEST_F(IdentityBookTest, AVisitorTakenOutKeepsWhatOnlyTheyClaim) {
  say("phone", IdType::kUser, "u1");
  say("laptop", IdType::kUser, "u1");
  say("laptop", IdType::kEmail, "ann@shop.example");
  say("old", IdType::kVisitor, "laptop");
  EXPECT_EQ(x_book.unmerge(id_key(visitor_key(kShop, "laptop")), WallTime{6}).value(), 2u);
  EXPECT_EQ(person("ann@shop.example"), person("laptop"));
  EXPECT_NE(person("laptop"), person("phone"));
  EXPECT_EQ(person("old"), 0u);
  EXPECT_EQ(x_book.unmerge(id_key(visitor_key(kShop, "laptop")), WallTime{7}).error().code,
            ErrorCode::kNotFound);
}

TEST_F(IdentityBookTest, WhatIsNotCommittedIsGoneWithTheNextOpening) {
  say("phone", IdType::kUser, "u1");
  const Claim claim{IdType::kUser,
                    EventType::kLogin,
                    EventTime{1'000},
                    kShop,
                    visitor_key(kShop, "laptop"),
                    "laptop",
                    "u1"};
  ASSERT_TRUE(x_book.take(claim, kPartition, 2, WallTime{5}));
  ASSERT_TRUE(x_book.open());
  EXPECT_EQ(person("laptop"), 0u);
  EXPECT_EQ(x_book.state().seqs.at(0), 1u);
  EXPECT_EQ(x_book.counts().kinds[0], 1u);
}

TEST_F(IdentityBookTest, AForgottenVisitorLeavesWhatOthersClaim) {
  say("phone", IdType::kUser, "u1");
  say("laptop", IdType::kUser, "u1");
  say("laptop", IdType::kEmail, "ann@shop.example");
  IdentityBook::Forgotten all[] = {{visitor_key(kShop, "laptop"), 3}};
  ASSERT_TRUE(x_book.forget(all, WallTime{9}));
  ASSERT_TRUE(x_book.commit());
  EXPECT_EQ(all[0].links, 2u);
  EXPECT_EQ(person("ann@shop.example"), 0u);
  EXPECT_EQ(person("laptop"), 0u);
  EXPECT_NE(person("phone"), 0u);
  const auto lines = x_book.journal(0, 100, std::nullopt).value();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_FALSE(is_blank(lines[0]));
  EXPECT_TRUE(is_blank(lines[1]));
  EXPECT_TRUE(is_blank(lines[2]));
  EXPECT_TRUE(lines[2].visitor_name.empty());
}

}  // namespace
}  // namespace rekindle
