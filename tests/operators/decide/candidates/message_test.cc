#include "operators/decide/candidates/message.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::product;
using ::testing::ElementsAre;

class MessageTest : public OneSource {
 protected:
  void make_message(const std::string& source, SourceConfig config = {}) {
    config.source = source;
    if (config.message.title.empty()) config.message = {"Hello", "A text", "/url"};
    make({product("a", "X")}, {config});
  }
  void set_trait(const std::string& name, const std::string& value) {
    x_visitor.profile = std::make_unique<Profile>();
    x_visitor.profile->traits.push_back({name, value, shop::kNoon});
  }
};

TEST_F(MessageTest, NeedsNoProductAndNoHistory) {
  make_message("message");
  const Decision decision = decide();
  ASSERT_EQ(decision.offers.size(), 1u);
  EXPECT_EQ(decision.offers[0].type, "message");
  EXPECT_EQ(decision.offers[0].product, "");
  EXPECT_EQ(decision.offers[0].title, "Hello");
  EXPECT_EQ(decision.offers[0].text, "A text");
  EXPECT_EQ(decision.offers[0].url, "/url");
  EXPECT_EQ(x_engine->decide(x_request, x_site, nullptr, shop::kNoon).offers.size(), 1u);
}

TEST_F(MessageTest, OnlyWhoOrderedRefersAFriend) {
  make_message("refer_a_friend", {.orders_min = 2});
  x_visitor.lifetime.orders = 1;
  EXPECT_THAT(offered(), ElementsAre("nothing: too few orders to refer a friend"));
  x_visitor.lifetime.orders = 2;
  EXPECT_EQ(decide().offers.at(0).reasons[0], "you ordered 2 times");
}

TEST_F(MessageTest, LoyaltySaysHowManyPointsAreMissing) {
  SourceConfig config;
  config.trait = "points";
  config.goal_points = 500;
  config.message = {"{missing} to go", "{points} of {goal}, {missing} {missing} {other}", ""};
  make_message("loyalty", config);
  EXPECT_THAT(offered(), ElementsAre("nothing: no points are known of the visitor"));
  set_trait("points", "380");
  const Offer offer = decide().offers.at(0);
  EXPECT_EQ(offer.title, "120 to go");
  EXPECT_EQ(offer.text, "380 of 500, 120 120 {other}");
  EXPECT_NEAR(offer.score, 0.76, 1e-9);
  EXPECT_EQ(offer.reasons[0], "380 of 500 points, 120 are missing");
  set_trait("points", "700");
  EXPECT_EQ(decide().offers.at(0).reasons[0], "you have 700 points, 500 are enough");
  for (const char* junk : {"", "many", "-3", "1.5", "99999999999999999999"}) {
    set_trait("points", junk);
    EXPECT_THAT(offered(), ElementsAre("nothing: no points are known of the visitor")) << junk;
  }
}

TEST_F(MessageTest, MessagesTakePlacesButAreNoDuplicatesOfEachOther) {
  SourceConfig message;
  message.source = "message";
  message.message.title = "One";
  SourceConfig manual;
  manual.source = "manual";
  manual.products = {"a"};
  make({product("a", "X")}, {message, message, manual});
  EXPECT_THAT(offered(), ElementsAre("", "", "a"));
  EXPECT_THAT(offered(2), ElementsAre("", ""));
}

}  // namespace
}  // namespace rekindle::operators
