#include "io/member_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rekindle::io {
namespace {

constexpr EventTime kNoon{1'700'000'000'000};

class MemberFactsTest : public ::testing::Test {
 protected:
  MemberFactsTest() {
    visitor.name = "ann";
    visitor.profile = std::make_unique<Profile>();
    site.currency = Currency::parse("EUR").value();
  }
  void tell(const std::string& name, const std::string& value, EventTime at = kNoon) {
    auto& traits = visitor.profile->traits;
    traits.push_back({name, value, at});
    std::sort(traits.begin(), traits.end(),
              [](const Trait& a, const Trait& b) { return a.name < b.name; });
  }
  void allow(const std::string& purpose, bool granted) {
    auto& consents = visitor.profile->consents;
    consents.push_back({purpose, granted, kNoon});
    std::sort(consents.begin(), consents.end(),
              [](const Consent& a, const Consent& b) { return a.purpose < b.purpose; });
  }
  [[nodiscard]] MemberFacts facts() const { return facts_of(visitor, site); }
  // Of sharing and of personalising: 'y' or 'n' each.
  [[nodiscard]] std::string allowed() const {
    const MemberFacts found = facts();
    return std::string(found.may_share ? "y" : "n") + (found.may_personalise ? "y" : "n");
  }
  Visitor visitor;
  Site site;
};

TEST_F(MemberFactsTest, EveryNameOfATraitIsUnderstood) {
  std::set<std::string_view> seen;
  for (const TraitNames& wanted : trait_names()) {
    for (const std::string_view name : wanted.names) {
      EXPECT_TRUE(seen.insert(name).second) << name << " twice";
      visitor.profile->traits = {{std::string(name), "x", kNoon}};
      EXPECT_EQ(facts().*wanted.field, "x") << name;
    }
  }
  EXPECT_EQ(trait_names().size(), 12u);
}

TEST_F(MemberFactsTest, OfSeveralNamesTheNewestCounts) {
  tell("zip", "1");
  tell("postal_code", "2", kNoon + seconds(1));
  tell("first_name", "Ann");
  tell("firstName", "Anna");
  EXPECT_EQ(facts().zip, "2");
  EXPECT_EQ(facts().first_name, "Ann");  // of two at once, the proper name's
}

TEST_F(MemberFactsTest, WhoTookATraitBackHasNone) {
  tell("email", "");
  EXPECT_EQ(facts().email, "");
}

TEST_F(MemberFactsTest, WhoWasNeverAskedIsTheSitesChoice) {
  EXPECT_EQ(allowed(), "nn");
  site.consent_required = false;
  EXPECT_EQ(allowed(), "yy");
  visitor.profile = nullptr;
  EXPECT_EQ(allowed(), "yy");
  site.consent_required = true;
  EXPECT_EQ(allowed(), "nn");
}

TEST_F(MemberFactsTest, ConsentToAdsCoversBothPurposes) {
  allow("ads", true);
  EXPECT_EQ(allowed(), "yy");
  allow("ad_personalization", false);
  EXPECT_EQ(allowed(), "yn");
}

TEST_F(MemberFactsTest, ARefusalIsNeverOverruled) {
  allow("ads", false);
  allow("ad_user_data", true);
  allow("ad_personalization", true);
  EXPECT_EQ(allowed(), "nn");
  site.consent_required = false;
  EXPECT_EQ(allowed(), "nn");
}

TEST_F(MemberFactsTest, GooglesPurposesAloneAreEnough) {
  allow("ad_storage", true);  // says nothing about either
  EXPECT_EQ(allowed(), "nn");
  allow("ad_user_data", true);
  EXPECT_EQ(allowed(), "yn");
  allow("ad_personalization", true);
  EXPECT_EQ(allowed(), "yy");
}

TEST_F(MemberFactsTest, WhoEverAgreedMayBeOnAList) {
  EXPECT_FALSE(facts().may_be_listed);
  allow("ad_user_data", true);
  EXPECT_FALSE(facts().may_be_listed);  // to one use only
  allow("ad_personalization", false);
  EXPECT_FALSE(facts().may_be_listed);
  visitor.profile->consents[0].was_granted = true;
  EXPECT_TRUE(facts().may_be_listed);
  EXPECT_EQ(allowed(), "yn");
}

TEST_F(MemberFactsTest, WhereConsentIsNotRequiredEverybodyMayBeOnAList) {
  site.consent_required = false;
  EXPECT_TRUE(facts().may_be_listed);
  allow("ads", false);
  EXPECT_TRUE(facts().may_be_listed);
}

TEST_F(MemberFactsTest, RevenueIsKnownOfCustomersOnly) {
  EXPECT_FALSE(facts().revenue.has_value());
  visitor.lifetime.orders = 2;
  visitor.lifetime.purchased = 5'000;
  visitor.lifetime.refunded = 1'000;
  EXPECT_EQ(facts().revenue->minor, 4'000);
  site.calling_code = "49";
  const MemberFacts found = facts();
  const Person person = person_of(found, site);
  EXPECT_EQ(person.external_id, "ann");
  EXPECT_EQ(person.calling_code, "49");
  EXPECT_EQ(person.value->minor, 4'000);
}

}  // namespace
}  // namespace rekindle::io
