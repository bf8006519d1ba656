// That a placement's own settings are the ones asked with; what they come to is in learnt/.
#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using testing::ElementsAre;

class SimilarSessionsTest : public OneSource {
 protected:
  void SetUp() override {
    did(x_visitor, kNoon - minutes(2), kView, "lamp");
    did(x_visitor, kNoon - minutes(1), kView, "bulb");
  }
  void ask(const NextConfig& next) {
    SourceConfig source;
    source.source = "similar_sessions";
    source.next = next;
    make({product("lamp", "X"), product("bulb", "X"), product("shade", "X"), product("wire", "X")},
         {source});
    learn({{kView, "shade"}, {kView, "bulb"}});
    learn({{kView, "bulb"}, {kView, "wire"}});
    learn({{kView, "lamp"}, {kView, "shade"}});
  }
};

TEST_F(SimilarSessionsTest, RulesAloneAreWhatFollowed) {
  NextConfig next;
  next.rules = 1;
  ask(next);
  EXPECT_THAT(offered(), ElementsAre("wire"));
}

TEST_F(SimilarSessionsTest, SessionsAloneAreWhatCameWithIt) {
  NextConfig next;
  next.rules = 0;
  ask(next);
  EXPECT_THAT(offered(), testing::UnorderedElementsAre("shade", "wire"));
  next.knn.items = 1;
  next.knn.recent = 1;  // the newest session that has a bulb
  ask(next);
  EXPECT_EQ(offered().size(), 1u);
}

}  // namespace
}  // namespace rekindle::operators
