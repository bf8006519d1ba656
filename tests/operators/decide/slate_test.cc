// What one placement shows beside what the page shows: families, quotas, times and conditions.
#include "operators/decide/slate.h"

#include "core/rules.h"
#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

class SlateTest : public OneSource {
 protected:
  static SourceConfig manual(std::vector<std::string> products) {
    SourceConfig source;
    source.source = "manual";
    source.products = std::move(products);
    return source;
  }
  static Product variant(const char* id, const char* parent) {
    Product one = product(id, "X");
    one.parent = parent;
    return one;
  }
};

TEST_F(SlateTest, OffersOneOfAFamily) {
  make({variant("s", "shirt"), variant("m", "shirt"), product("shirt", "X"), product("cap", "X")},
       {manual({"s", "m", "shirt", "cap"})});
  EXPECT_THAT(offered(), ElementsAre("s", "cap"));
  EXPECT_THAT(rejected(), ElementsAre("m:already_offered", "shirt:already_offered"));
}

TEST_F(SlateTest, NothingThatThePageShowsAlreadyNorItsVariants) {
  make({variant("s", "shirt"), variant("m", "shirt"), product("cap", "X"), product("tie", "X")},
       {manual({"s", "cap", "tie"})});
  x_request.shown = {"m", "cap", "not in the catalogue"};
  EXPECT_THAT(offered(), ElementsAre("tie"));
}

TEST_F(SlateTest, KeepsToItsQuotas) {
  std::vector<Product> products = {product("a", "X"), product("b", "X"), product("c", "Y"),
                                   product("d", "Z"), product("e", ""),  product("f", "")};
  products[0].brand = products[2].brand = products[3].brand = "B";
  make(products, {manual({"a", "b", "c", "d", "e", "f"})}, {1, 2});
  EXPECT_THAT(offered(), ElementsAre("a", "c", "e", "f"));
  EXPECT_THAT(rejected(), ElementsAre("b:category_quota", "d:brand_quota"));
}

TEST_F(SlateTest, NothingExpiredAndNothingTooEarly) {
  std::vector<Product> products = {product("over", "X"), product("soon", "X"), product("ok", "X"),
                                   product("unborn", "X")};
  products[0].expires = kNoon;
  products[1].available_from = kNoon + milliseconds(1);
  products[2].expires = kNoon + milliseconds(1);
  products[2].available_from = kNoon;
  products[3].published = kNoon + days(1);
  make(products, {manual({"over", "soon", "ok", "unborn"})});
  EXPECT_THAT(offered(), ElementsAre("ok"));
  EXPECT_THAT(rejected(),
              ElementsAre("over:expired", "soon:not_available_yet", "unborn:not_available_yet"));
}

TEST_F(SlateTest, WhenEverythingHasExpiredItSaysSo) {
  std::vector<Product> products = {product("a", "X"), product("b", "X")};
  for (Product& one : products) one.expires = kNoon - days(1);
  make(products, {manual({"a", "b"})});
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing left of what the shop chose"));
  EXPECT_THAT(rejected(), ElementsAre("a:expired", "b:expired"));
}

TEST_F(SlateTest, AnEmptyCatalogueSaysSo) {
  make({}, {manual({"a"})});
  EXPECT_THAT(offered(), ElementsAre("nothing: the site's catalogue is empty"));
}

TEST_F(SlateTest, AskSourcesOnlyForThoseTheyAreFor) {
  SourceConfig vip = manual({"a"});
  vip.audiences = {"vip", "gold"};
  SourceConfig others = manual({"b"});
  others.not_audiences = {"vip"};
  make({product("a", "X"), product("b", "X")}, {vip, others});
  EXPECT_THAT(offered(), ElementsAre("b")) << "no audience is in force yet";
  Rules rules;
  AudienceRule rule;
  rule.id = AudienceId{3};
  rule.version = 2;
  rule.name = "vip";
  rules.audiences = {rule};
  x_engine->adopt(rules);
  EXPECT_THAT(offered(), ElementsAre("b"));
  x_visitor.memberships.push_back({AudienceId{3}, 1, kNoon});
  EXPECT_THAT(offered(), ElementsAre("b")) << "a membership of an older version counts for nothing";
  x_visitor.memberships.push_back({AudienceId{3}, 2, kNoon});
  EXPECT_THAT(offered(), ElementsAre("a"));
  x_engine->adopt(Rules{});
  EXPECT_THAT(offered(), ElementsAre("b"));
}

TEST_F(SlateTest, SaysWhenNoSourceIsForTheVisitor) {
  SourceConfig vip = manual({"a"});
  vip.audiences = {"vip"};
  make({product("a", "X")}, {vip});
  EXPECT_THAT(offered(),
              ElementsAre("nothing: no source of this placement is for this visitor now"));
}

TEST_F(SlateTest, ASeasonsSourceIsAskedWhileItIsOn) {
  SourceConfig source = manual({"a"});
  source.season = Season{"s", day_of(kNoon), day_of(kNoon), false};
  make({product("a", "X"), product("b", "X")}, {source, manual({"b"})});
  EXPECT_THAT(offered(), ElementsAre("a", "b"));
  source.season = Season{"s", day_of(kNoon) + 1, day_of(kNoon) + 1, false};
  make({product("a", "X"), product("b", "X")}, {source, manual({"b"})});
  EXPECT_THAT(offered(), ElementsAre("b"));
}

TEST_F(SlateTest, ACategorysBestsellersAreThoseBelowItToo) {
  SourceConfig source;
  source.source = "bestsellers";
  source.categories = {"Home"};
  make({product("a", "Home > Light"), product("b", "Home > Light > Lamps"), product("c", "Home"),
        product("d", "Garden")},
       {source});
  learn({{kView, "a"}, {kBuy, "b"}, {kCart, "c"}, {kBuy, "d"}});
  EXPECT_THAT(offered(), ElementsAre("b", "c", "a"));
  learn({{kBuy, "a"}, {kBuy, "a"}});
  EXPECT_THAT(offered(), ElementsAre("a", "b", "c"));
}

TEST_F(SlateTest, AChangedCatalogueIsInTheNextDecision) {
  make({product("a", "X")}, {manual({"a", "b"})});
  EXPECT_THAT(offered(), ElementsAre("a"));
  const auto inline_call = [](const std::function<void()>& task) { task(); };
  const auto changed = x_engine->change_catalog(
      {x_site, "id,deleted\na,true\nb,\n", CatalogFormat::kAny, false, kNoon}, inline_call);
  ASSERT_TRUE(changed);
  EXPECT_THAT(offered(), ElementsAre("b"));
  EXPECT_EQ(x_engine->catalog(x_site.id).products, 1u);
  EXPECT_EQ(x_engine->catalog(x_site.id).version, 1u);
}

}  // namespace
}  // namespace rekindle::operators
