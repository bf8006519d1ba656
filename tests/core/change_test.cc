#include "core/change.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

Change sample_change() {
  Change change;
  change.audience = AudienceId{40'000};
  change.definition_version = 300;
  change.entered = true;
  change.reason = ChangeReason::kDeadline;
  change.cause = custom_type("quiz");
  change.at = kNoon;
  change.site = SiteId{0x01020304};
  change.visitor = {5, 6};
  change.visitor_name = "v-1";
  return change;
}

TEST(Change, TellsThatSomebodyWasErased) {
  Change change = sample_change();
  change.entered = false;
  change.reason = ChangeReason::kErased;
  change.visitor = {};
  change.visitor_name = {};
  EXPECT_TRUE(is_blank(change));
  EXPECT_FALSE(is_blank(sample_change()));
  std::string bytes;
  ByteWriter writer(bytes);
  append_change(change, writer);
  ByteReader reader(bytes);
  Change read;
  ASSERT_TRUE(read_change(reader, read));
  EXPECT_EQ(read.reason, ChangeReason::kErased);
  EXPECT_EQ(name_of(read.reason), "erased");
  EXPECT_TRUE(is_blank(read));
}

TEST(Change, TellsThatItIsAPersons) {
  Change change = sample_change();
  change.reason = ChangeReason::kPerson;
  std::string bytes;
  ByteWriter writer(bytes);
  append_change(change, writer);
  ByteReader reader(bytes);
  Change read;
  ASSERT_TRUE(read_change(reader, read));
  EXPECT_EQ(read.reason, ChangeReason::kPerson);
  EXPECT_EQ(name_of(read.reason), "person");
  EXPECT_EQ(read.audience, change.audience);
  EXPECT_TRUE(read.entered);
}

TEST(Change, ReadsBackEqual) {
  std::string bytes;
  ByteWriter writer(bytes);
  append_change(sample_change(), writer);
  ByteReader reader(bytes);
  Change read;
  ASSERT_TRUE(read_change(reader, read));
  EXPECT_TRUE(reader.at_end());
  const Change expected = sample_change();
  EXPECT_EQ(read.audience, expected.audience);
  EXPECT_EQ(read.definition_version, expected.definition_version);
  EXPECT_EQ(read.entered, expected.entered);
  EXPECT_EQ(read.reason, expected.reason);
  EXPECT_EQ(read.cause, expected.cause);
  EXPECT_EQ(read.at, expected.at);
  EXPECT_EQ(read.site, expected.site);
  EXPECT_EQ(read.visitor, expected.visitor);
  EXPECT_EQ(read.visitor_name, expected.visitor_name);
}

TEST(Change, EveryCutIsRefused) {
  std::string bytes;
  ByteWriter writer(bytes);
  append_change(sample_change(), writer);
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    Change read;
    EXPECT_FALSE(read_change(reader, read)) << size;
  }
}

TEST(Change, AnAnswerAboutAdvertisingReadsBackToo) {
  Change change = sample_change();
  change.reason = ChangeReason::kConsent;
  change.entered = false;
  std::string bytes;
  ByteWriter writer(bytes);
  append_change(change, writer);
  ByteReader reader(bytes);
  Change read;
  ASSERT_TRUE(read_change(reader, read));
  EXPECT_EQ(read.reason, ChangeReason::kConsent);
  EXPECT_FALSE(read.entered);
  EXPECT_EQ(read.audience, change.audience);
}

TEST(Change, ReasonsHaveNames) {
  EXPECT_EQ(name_of(ChangeReason::kConsent), "consent");
  EXPECT_EQ(name_of(ChangeReason::kEvent), "event");
  EXPECT_EQ(name_of(ChangeReason::kDeadline), "deadline");
  EXPECT_EQ(name_of(ChangeReason::kDefinition), "definition");
}

TEST(ClosedSession, ReadsBackEqualAndRefusesEveryCut) {
  ClosedSession session;
  session.site = SiteId{9};
  session.visitor = {1, 2};
  session.start = kNoon;
  session.end = kNoon + minutes(5);
  session.lines.push_back({EventType::kViewItem, kNoon, 11, 12, 13});
  session.lines.push_back({EventType::kPurchase, kNoon + minutes(5), 14, 0, 0});
  std::string bytes;
  ByteWriter writer(bytes);
  append_session(session, writer);
  ByteReader reader(bytes);
  ClosedSession read;
  ASSERT_TRUE(read_session(reader, read));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(read.end, session.end);
  EXPECT_EQ(read.visitor, session.visitor);
  ASSERT_EQ(read.lines.size(), 2u);
  EXPECT_EQ(read.lines[0].brand, NameHash{13});
  EXPECT_EQ(read.lines[1].type, EventType::kPurchase);
  EXPECT_EQ(read.lines[1].at, session.end);
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(read_session(cut, read)) << size;
  }
}

}  // namespace
}  // namespace rekindle
