#include "core/profile.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/limits.h"
#include "core/visitor_format.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

// A visitor with nothing but a name and a profile with something of everything.
Visitor told_visitor() {
  Visitor visitor;
  visitor.name = "v";
  visitor.first_seen = kNoon;
  visitor.profile = std::make_unique<Profile>();
  Profile& profile = *visitor.profile;
  profile.traits = {{"email", "ann@example.com", kNoon + seconds(5)},
                    {"phone", "", kNoon + seconds(4)},
                    {"plan", "true", kNoon + seconds(5)}};
  profile.consents = {{"ads", true, kNoon + seconds(7)}, {"sms", false, kNoon}};
  profile.first_campaign = Campaign{"news", "mail", "autumn", kNoon - days(1)};
  profile.last_campaign = Campaign{"search", "", "", kNoon + seconds(9)};
  return visitor;
}

std::string encoded(const Visitor& visitor) {
  std::string out;
  encode_visitor(visitor, out);
  return out;
}

// Bytes that this release wrote. They must stay readable for ever.
constexpr std::string_view kGolden =
    "01010600000000007602070180a0abfef9620a2d05656d61696c0f616e6e406578616d706c652e636f6d904e0570"
    "686f6e6500cf0f04706c616e0474727565d00f0b0c07616473b06d06736d73af6d0c2303046e657773046d61696c"
    "06617574756d6effefb252067365617263680000d0fcb352";

TEST(Profile, FindsWhatIsKnownAndNothingElse) {
  const Visitor visitor = told_visitor();
  const Profile& profile = *visitor.profile;
  EXPECT_EQ(profile.trait("email")->value, "ann@example.com");
  EXPECT_EQ(profile.trait("plan")->value, "true");
  EXPECT_EQ(profile.trait("phone"), nullptr);  // taken back
  EXPECT_EQ(profile.trait("emai"), nullptr);
  EXPECT_EQ(profile.trait("zip"), nullptr);
  EXPECT_TRUE(profile.consent("ads")->granted);
  EXPECT_FALSE(profile.consent("sms")->granted);
  EXPECT_EQ(profile.consent("push"), nullptr);
}

TEST(Profile, CountsTheMemoryItOwns) {
  Visitor visitor = told_visitor();
  const size_t before = visitor.memory_bytes();
  visitor.profile->traits[0].value.assign(200, 'x');
  EXPECT_GE(visitor.memory_bytes(), before + 180);
  visitor.profile = nullptr;
  EXPECT_LT(visitor.memory_bytes(), before);
}

TEST(ProfileFormat, WritesAndReadsItsGoldenBytes) {
  EXPECT_EQ(hex_of(encoded(told_visitor())), kGolden);
  Visitor read;
  ASSERT_TRUE(decode_visitor(bytes_of_hex(kGolden), read).has_value());
  ASSERT_NE(read.profile, nullptr);
  EXPECT_EQ(*read.profile, *told_visitor().profile);
}

TEST(ProfileFormat, RemembersAGrantThatWasTakenBack) {
  Visitor visitor = told_visitor();
  visitor.profile->consents[1].was_granted = true;
  Visitor read;
  ASSERT_TRUE(decode_visitor(encoded(visitor), read).has_value());
  EXPECT_EQ(*read.profile, *visitor.profile);
}

TEST(ProfileFormat, OneCampaignIsStoredOnce) {
  Visitor visitor = told_visitor();
  const size_t both = encoded(visitor).size();
  visitor.profile->last_campaign = visitor.profile->first_campaign;
  EXPECT_LT(encoded(visitor).size(), both);
  Visitor read;
  ASSERT_TRUE(decode_visitor(encoded(visitor), read).has_value());
  EXPECT_EQ(*read.profile, *visitor.profile);
}

TEST(ProfileFormat, AnEmptyProfileIsNoProfile) {
  Visitor visitor = told_visitor();
  *visitor.profile = {};
  const std::string bytes = encoded(visitor);
  visitor.profile = nullptr;
  EXPECT_EQ(bytes, encoded(visitor));
  Visitor read = told_visitor();
  ASSERT_TRUE(decode_visitor(bytes, read).has_value());
  EXPECT_EQ(read.profile, nullptr);
}

TEST(ProfileFormat, AFullProfileReadsBackAndOneTraitMoreDoesNot) {
  Visitor visitor = told_visitor();
  Profile& profile = *visitor.profile;
  profile.traits.clear();
  profile.consents.clear();
  for (size_t i = 0; i < limits::kTraitsMax; ++i) {
    std::string name = std::to_string(100 + i) + std::string(limits::kTraitNameBytesMax - 3, 'n');
    profile.traits.push_back({name, std::string(limits::kTraitValueBytesMax, 'v'), kNoon});
  }
  for (size_t i = 0; i < limits::kConsentsMax; ++i) {
    std::string name = std::to_string(100 + i) + std::string(limits::kPurposeBytesMax - 3, 'p');
    profile.consents.push_back({name, i % 2 == 0, kNoon});
  }
  Visitor read;
  ASSERT_TRUE(decode_visitor(encoded(visitor), read).has_value());
  EXPECT_EQ(*read.profile, profile);
  profile.traits.push_back({"z", "1", kNoon});
  EXPECT_EQ(decode_visitor(encoded(visitor), read).error().code, ErrorCode::kCorruptRecord);
}

TEST(ProfileFormat, RefusesWhatNoReleaseWrites) {
  const auto refused = [](const std::function<void(Profile&)>& spoil) {
    Visitor visitor = told_visitor();
    spoil(*visitor.profile);
    Visitor read;
    const auto result = decode_visitor(encoded(visitor), read);
    return !result && result.error().code == ErrorCode::kCorruptRecord;
  };
  EXPECT_TRUE(refused([](Profile& profile) { std::swap(profile.traits[0], profile.traits[1]); }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.traits[0].name.clear(); }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.traits[0].value.assign(257, 'x'); }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.consents[1].purpose = "ads"; }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.consents[1].purpose.assign(65, 'x'); }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.consents[0].was_granted = true; }));
  EXPECT_TRUE(refused([](Profile& profile) { profile.last_campaign->name.assign(257, 'x'); }));
}

TEST(ProfileFormat, CutsAndDamageNeverReadBeyondTheBytes) {
  const std::string whole = encoded(told_visitor());
  for (size_t size = 0; size < whole.size(); ++size) {
    Visitor read;
    static_cast<void>(decode_visitor(std::string_view(whole).substr(0, size), read).has_value());
  }
  size_t readable = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char flip : {'\x01', '\x55', '\x7f'}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      Visitor read;
      if (!decode_visitor(damaged, read)) continue;
      ++readable;
      Visitor again;
      ASSERT_TRUE(decode_visitor(encoded(read), again).has_value());
      EXPECT_EQ(encoded(again), encoded(read));
    }
  }
  EXPECT_GT(readable, 50u);  // damage inside texts and times
}

}  // namespace
}  // namespace rekindle
