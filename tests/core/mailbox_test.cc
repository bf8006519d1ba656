#include "core/mailbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace rekindle {
namespace {

class CountingParcel final : public Parcel {
 public:
  void on_reply() override { ++replies; }
  int replies = 0;
};

TEST(Inbox, RefusesOverItsBytesAndTakesAgainAfterRelease) {
  Inbox inbox(1'000);
  Inbox::Sender sender(inbox);
  CountingParcel parcels[3];
  EXPECT_TRUE(sender.send(&parcels[0], 600));
  const auto refused = sender.send(&parcels[1], 600);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(sender.send(&parcels[2], 400));
  EXPECT_TRUE(sender.is_full());
  Message* taken[4];
  EXPECT_EQ(inbox.take(taken, 4), 2u);
  EXPECT_EQ(taken[0], &parcels[0]);
  EXPECT_EQ(taken[1], &parcels[2]);
  inbox.release(1'000);
  EXPECT_FALSE(sender.is_full());
  EXPECT_TRUE(sender.send(&parcels[1], 600));
}

TEST(Inbox, TakesOneMessageLargerThanItsBoundWhenEmpty) {
  Inbox inbox(10);
  Inbox::Sender sender(inbox);
  CountingParcel large;
  CountingParcel next;
  EXPECT_TRUE(sender.send(&large, 5'000));
  EXPECT_FALSE(sender.send(&next, 1));
}

TEST(Inbox, HasRoomForAsManyQueriesAsComeOneAfterTheOther) {
  struct Question final : Query {
    void run(QueryScope&) override {}
    void on_reply() override {}
  };
  Inbox inbox(1'000);
  Inbox::Sender sender(inbox);
  for (int i = 0; i < 10; ++i) {
    Question question;
    ASSERT_TRUE(sender.send(&question, 600));
    EXPECT_EQ(inbox.bytes(), 600);
    Message* taken = nullptr;
    ASSERT_EQ(inbox.take(&taken, 1), 1u);
    EXPECT_EQ(taken, &question);
    EXPECT_EQ(inbox.bytes(), 0);
  }
}

TEST(Inbox, KeepsTheOrderOfEachSender) {
  Inbox inbox(1 << 30);
  constexpr int kEach = 20'000;
  struct Numbered final : Parcel {
    void on_reply() override {}
    int sender_number = 0;
    int number = 0;
  };
  std::vector<std::vector<Numbered>> sent(3);
  for (auto& list : sent) list = std::vector<Numbered>(kEach);
  std::vector<std::thread> threads;
  for (int s = 0; s < 3; ++s) {
    threads.emplace_back([&, s] {
      Inbox::Sender sender(inbox);
      for (int i = 0; i < kEach; ++i) {
        Numbered& message = sent[static_cast<size_t>(s)][static_cast<size_t>(i)];
        message.sender_number = s;
        message.number = i;
        ASSERT_TRUE(sender.send(&message, 1));
      }
    });
  }
  int next[3] = {0, 0, 0};
  for (int taken = 0; taken < 3 * kEach;) {
    Message* messages[64];
    const size_t n = inbox.take(messages, 64);
    if (n == 0) {
      inbox.bell().announce_sleep();
      const size_t late = inbox.take(messages, 64);
      if (late == 0) {
        inbox.bell().wait(-1);  // hangs here if a ring is ever lost
        continue;
      }
      inbox.bell().cancel_sleep();
      for (size_t i = 0; i < late; ++i, ++taken) {
        auto& message = static_cast<Numbered&>(*messages[i]);
        EXPECT_EQ(message.number, next[message.sender_number]++);
      }
      continue;
    }
    for (size_t i = 0; i < n; ++i, ++taken) {
      auto& message = static_cast<Numbered&>(*messages[i]);
      EXPECT_EQ(message.number, next[message.sender_number]++);
    }
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace rekindle
