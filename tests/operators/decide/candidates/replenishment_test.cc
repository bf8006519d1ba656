#include "operators/decide/candidates/replenishment.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

class ReplenishmentTest : public OneSource {
 protected:
  ReplenishmentTest() {
    make({product("filter", "X"), product("lamp", "X")}, {{.source = "replenishment"}});
  }
  ClosedSession bought(uint64_t visitor, EventTime at, std::string_view what) {
    ClosedSession session = shop::session(at, {{kBuy, what}});
    session.visitor = {9, visitor};
    return session;
  }
  // So many customers buy it twice, `interval` apart.
  void community(int customers, Duration interval, std::string_view what) {
    for (int i = 0; i < customers; ++i) {
      const auto who = static_cast<uint64_t>(1'000 + i);
      x_engine->learn(bought(who, kNoon - days(200), what));
      x_engine->learn(bought(who, kNoon - days(200) + interval, what));
    }
    x_engine->publish();
  }
};

TEST_F(ReplenishmentTest, TakesTheCommunitysIntervalForWhoBoughtOnce) {
  did(x_visitor, kNoon - days(28), kBuy, "filter");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
  community(static_cast<int>(kRepurchasesMin) - 1, days(30), "filter");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
  community(static_cast<int>(kRepurchasesMin), days(30), "filter");
  EXPECT_THAT(offered(), ElementsAre("filter"));
  EXPECT_EQ(decide().offers[0].reasons[0],
            "customers buy it about every 30 days, you did last on 2026-10-06");
}

TEST_F(ReplenishmentTest, TheVisitorsOwnHabitComesFirst) {
  community(10, days(30), "filter");
  did(x_visitor, kNoon - days(128), kBuy, "filter");
  did(x_visitor, kNoon - days(28), kBuy, "filter");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
}

TEST_F(ReplenishmentTest, IsDueNeitherTooEarlyNorTooLate) {
  community(10, days(30), "filter");
  did(x_visitor, kNoon - days(23), kBuy, "filter");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
  Visitor late;
  did(late, kNoon - days(91), kBuy, "filter");
  x_visitor = std::move(late);
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
}

// What a visitor added to the community's intervals goes with them, exactly.
TEST_F(ReplenishmentTest, ForgettingAVisitorLeavesWhatOthersBought) {
  community(static_cast<int>(kRepurchasesMin), days(30), "filter");
  for (const int day : {10, 40, 25, 25, 90}) {
    x_engine->learn(bought(1, kNoon - days(day), "filter"));
  }
  EXPECT_EQ(x_engine->forget({9, 1}), 4u) << "two of them are the same session";
  x_engine->publish();
  did(x_visitor, kNoon - days(28), kBuy, "filter");
  EXPECT_EQ(decide().offers.at(0).reasons[0],
            "customers buy it about every 30 days, you did last on 2026-10-06");
  EXPECT_EQ(x_engine->forget({9, 1'000}), 2u);
  x_engine->publish();
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing that was bought is due again"));
}

}  // namespace
}  // namespace rekindle::operators
