// What the feed is told of a person whose visitors answer about advertising: one's word each time
// the answer of all becomes another.
#include <gtest/gtest.h>

#include "tests/support/rig.h"

namespace rekindle::testing {
namespace {

constexpr EventTime kStart{1'700'006'395'000};

// The laptop speaks, and is in the one audience.
class PersonConsent : public ::testing::Test {
 protected:
  PersonConsent() : x_rig(options()) {
    says("laptop", EventType::kViewItem, "");
    says("laptop", EventType::kLogin, "");
    says("phone", EventType::kLogin, "");
  }
  static RigOptions options() {
    RigOptions options;
    options.audiences = {{"viewers", "", "", "count(view_item, 30d) >= 1"}};
    return options;
  }
  void says(const std::string& visitor, EventType type, const std::string& props) {
    TestEvent event;
    event.visitor = visitor;
    event.type = type;
    event.id = "event " + std::to_string(++x_events);
    event.at = kStart + seconds(x_events);
    event.props = props;
    if (type == EventType::kLogin) event.user = "u1";
    x_rig.send({event});
  }
  // What the feed said since it was asked last: the visitor, and what they answered.
  std::vector<std::pair<std::string, bool>> told() {
    std::vector<std::pair<std::string, bool>> answers;
    for (const FeedLine& line : x_rig.feed()) {
      if (line.reason != ChangeReason::kConsent) continue;
      answers.emplace_back(line.visitor, line.entered);
    }
    answers.erase(answers.begin(), answers.begin() + static_cast<ptrdiff_t>(x_told));
    x_told += answers.size();
    return answers;
  }
  using Answers = std::vector<std::pair<std::string, bool>>;

  Rig x_rig;

 private:
  int64_t x_events = 0;
  size_t x_told = 0;
};

TEST_F(PersonConsent, IsToldOfWhoSpeaksWhoeverAnswered) {
  x_rig.look("laptop", [](const Visitor& visitor) {
    EXPECT_EQ(kind_of(visitor.voice.get()), VoiceKind::kSpeaks);
    EXPECT_EQ(visitor.memberships.size(), 1u);
  });
  says("laptop", EventType::kConsent, R"({"ads":true})");
  EXPECT_EQ(told(), (Answers{{"laptop", true}}));
  says("phone", EventType::kConsent, R"({"ads":false})");
  EXPECT_EQ(told(), (Answers{{"laptop", false}}));
  says("laptop", EventType::kConsent, R"({"ads":true})");  // the phone's refusal holds
  EXPECT_EQ(told(), Answers());
  says("phone", EventType::kConsent, R"({"ads":true})");
  EXPECT_EQ(told(), (Answers{{"laptop", true}}));
  says("laptop", EventType::kConsent, R"({"ads":false})");
  EXPECT_EQ(told(), (Answers{{"laptop", false}}));
}

TEST_F(PersonConsent, OfAnotherGoesWithThem) {
  says("phone", EventType::kConsent, R"({"ads":false})");
  EXPECT_EQ(told(), (Answers{{"laptop", false}}));
  says("laptop", EventType::kConsent, R"({"ads":true})");
  EXPECT_EQ(told(), Answers());
  ASSERT_TRUE(x_rig.engine().identity().unmerge(site_id("shop"), "phone"));
  x_rig.engine().run_until_idle();
  EXPECT_EQ(told(), (Answers{{"laptop", true}}));
}

}  // namespace
}  // namespace rekindle::testing
