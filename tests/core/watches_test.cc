#include "core/watches.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

class Idle final : public Query {
 public:
  void run(QueryScope&) override {}
  void on_reply() override {}
};

VisitorKey key_of(const char* name) {
  return visitor_key(site_id("shop"), name);
}

TEST(Watches, GiveBackWhoWaitsForAVisitorOnce) {
  Watches watches;
  Idle a;
  Idle b;
  Idle other;
  watches.add(key_of("ann"), a);
  watches.add(key_of("ann"), b);
  watches.add(key_of("bob"), other);
  std::vector<Query*> out;
  watches.take(key_of("cid"), out);
  EXPECT_TRUE(out.empty());
  watches.take(key_of("ann"), out);
  EXPECT_EQ((std::vector<Query*>{&a, &b}), out);
  watches.take(key_of("ann"), out);
  EXPECT_EQ(2u, out.size());
  EXPECT_FALSE(watches.empty());
  watches.take_all(out);
  EXPECT_EQ(&other, out.back());
  EXPECT_TRUE(watches.empty());
}

TEST(Watches, GiveBackOneThatIsStillThere) {
  Watches watches;
  Idle a;
  Idle b;
  watches.add(key_of("ann"), a);
  std::vector<Query*> out;
  watches.take(key_of("ann"), &b, out);
  watches.take(key_of("bob"), &a, out);
  EXPECT_TRUE(out.empty());
  watches.take(key_of("ann"), &a, out);
  EXPECT_EQ((std::vector<Query*>{&a}), out);
  watches.take(key_of("ann"), &a, out);  // back already
  EXPECT_EQ(1u, out.size());
  EXPECT_TRUE(watches.empty());
}

}  // namespace
}  // namespace rekindle
