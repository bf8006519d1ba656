// POST /v1/clock {"settle":true}: when it answers, ranks and lifetime value models know everything
// that was acknowledged before.
#include <cstdlib>

#include "tests/io/server_rig.h"
#include "tests/io/shop_rig.h"

namespace rekindle::testing {
namespace {

constexpr int kCustomers = 400;
constexpr int64_t kDay = 86'400'000;

class Settle : public ::testing::Test {
 protected:
  // Customer n orders n times, on days apart, for 10 a time; worth `more` if there is more to it.
  void put_orders(const std::string& id, int from, int until, const std::string& more) {
    std::string lines;
    for (int customer = from; customer < until; ++customer) {
      for (int order = 0; order <= customer % 8; ++order) {
        std::string line = event_json("c" + std::to_string(customer), "purchase",
                                      kNow + order * (5 + customer % 11) * kDay,
                                      id + std::to_string(customer) + "-" + std::to_string(order));
        line.pop_back();
        lines += line + R"(,"site":"shop","value":)" + more + "}\n";
      }
    }
    x_rig.put(lines);
  }
  int size(const std::string& audience) {
    const std::string page = x_rig.get("/v1/audiences/" + audience + "/members").body();
    const size_t at = page.find("\"size\":");
    return at == std::string::npos ? -1 : std::atoi(page.c_str() + at + 7);
  }
  // −1 when there is none.
  static double parameter(const std::string& metrics, const std::string& name) {
    const std::string line =
        "\nrekindle_model_parameter{site=\"shop\",parameter=\"" + name + "\"} ";
    const size_t at = metrics.find(line);
    return at == std::string::npos ? -1 : std::strtod(metrics.c_str() + at + line.size(), nullptr);
  }
  void settle() {
    const Answer answer = x_rig.clock(R"({"settle":true})");
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }

  ShopRig x_rig{{{"best", "", "", "top(lifetime.revenue, 5%)"},
                 {"upper_half", "", "", "percentile(lifetime.revenue) >= 50"},
                 {"scored", "", "", "clv(365d) >= 0"}}};
};

TEST_F(Settle, RanksAreExactWhenItAnswers) {
  put_orders("a", 0, kCustomers, "10");
  settle();
  EXPECT_EQ(size("best"), kCustomers / 8);  // all who ordered 8 times tie
  EXPECT_EQ(size("upper_half"), kCustomers / 2);
  put_orders("b", 0, kCustomers / 50, "1000");
  settle();
  EXPECT_EQ(size("best"), kCustomers / 8 + 7);  // 20 places: the 8 and whoever ties behind them
  EXPECT_EQ(size("upper_half"), 3 * 49 + 8);    // 49 % now have less than who ordered 5 times
}

TEST_F(Settle, ANewModelIsShownAndEverybodyIsScoredAtTheNextStep) {
  const std::string before = x_rig.get("/metrics").body();
  EXPECT_EQ(std::string::npos, before.find("rekindle_model_parameter"));
  put_orders("a", 0, kCustomers, "10");
  settle();
  const std::string after = x_rig.get("/metrics").body();
  for (const std::string name : {"r", "alpha", "a", "b", "p", "q", "v", "fitted_at"}) {
    EXPECT_GT(parameter(after, name), 0) << name;
  }
  // The thread may have fitted on its own halfway; it does so again when customers have doubled.
  EXPECT_GT(parameter(after, "customers"), kCustomers / 2);
  EXPECT_LE(parameter(after, "customers"), kCustomers);
  EXPECT_EQ(std::string::npos, after.find("{site=\"outlet\",parameter"));
  const Answer ticked =
      x_rig.clock("{\"tick\":" + std::to_string(kNow + 300 * kDay) + ",\"settle\":true}");
  ASSERT_EQ(200u, ticked.result_int()) << ticked.body();
  EXPECT_EQ(size("scored"), kCustomers);
}

TEST_F(Settle, IsTrueFalseOrAProblem) {
  EXPECT_EQ(400u, x_rig.clock(R"({"settle":"soon"})").result_int());
  EXPECT_EQ(400u, x_rig.clock(R"({"settle":false})").result_int());  // that asks for nothing
  EXPECT_EQ(200u, x_rig.clock(R"({"settle":false,"mode":"events"})").result_int());
  EXPECT_EQ(200u, x_rig.clock(R"({"settle":true})").result_int());  // there is nobody
}

}  // namespace
}  // namespace rekindle::testing
