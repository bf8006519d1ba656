// What an author sees when an expression has faults.
#include <gtest/gtest.h>

#include <string>

#include "core/limits.h"
#include "operators/audience/definitions.h"
#include "operators/audience/program.h"

namespace rekindle::operators::audience {
namespace {

std::string faults_of(std::string_view source, const Origin& origin = {.file = "a.yaml"}) {
  const Result<Program> program = compile(source, origin);
  if (program) return "";
  EXPECT_EQ(program.error().code, ErrorCode::kInvalidExpression);
  return program.error().detail;
}

// "line:column message" of each fault.
std::string brief(std::string_view source) {
  const std::string text = faults_of(source);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const size_t mark = line.find(": error: ");
    if (line.rfind("a.yaml:", 0) == 0 && mark != std::string::npos) {
      out += (out.empty() ? "" : "; ") + line.substr(7, mark - 7) + " " + line.substr(mark + 9);
    }
    at = end + 1;
  }
  return out;
}

TEST(ExpressionErrors, ShowTheLineAndACaret) {
  EXPECT_EQ(faults_of("cart.value > 5m"),
            "a.yaml:1:12: error: compares Money with Duration\n"
            "  cart.value > 5m\n"
            "             ^");
  EXPECT_EQ(faults_of("did(purchase, 1d) and\n  cuont(any, 7d) > 2",
                      {.file = "a.yaml", .line = 7, .column = 11, .indent = 4}),
            "a.yaml:8:7: error: unknown term 'cuont', did you mean 'count'?\n"
            "    cuont(any, 7d) > 2\n"
            "    ^~~~~");
  EXPECT_EQ(faults_of("did(purchase, 1d, brand == \"Ö\") and x > 1",
                      {.file = "a.yaml", .line = 3, .column = 11}),
            "a.yaml:3:47: error: unknown term 'x'\n"
            "  did(purchase, 1d, brand == \"Ö\") and x > 1\n"
            "                                      ^");
}

TEST(ExpressionErrors, NameWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "1:1 the expression is empty"},
      {"  ", "1:3 the expression is empty"},
      {"cart.value", "1:1 this is a Money, but a condition is needed"},
      {"cart.value > 3 > 2", "1:16 comparisons do not chain, join two of them with 'and'"},
      {"cart.value = 3", "1:12 a comparison is written '=='"},
      {"cart.value + 5m > 3", "1:12 adds Money and Duration"},
      {"cart.value * cart.value > 3", "1:12 multiplies Money by Money"},
      {"3 / cart.age > 3", "1:3 divides Number by Duration"},
      {"count(any, 7d) > cart.value", "1:16 compares Number with Money"},
      {"true < false", "1:6 conditions have no order, only '==' and '!='"},
      {"-did(any, 7d)", "1:1 '-' needs a number, write 'not' for conditions"},
      {"not cart.value",
       "1:5 'not' needs conditions, but this is a Money, compare it with something"},
      {"true and 5",
       "1:10 'and' needs conditions, but this is a Number, compare it with something"},
      {"1 / 0 > 1", "1:5 divides by zero"},
      {"since(any) * cart.items > 1d",
       "1:12 a duration that grows with time can only be multiplied by a constant"},
      {"since(any) / since(search) > 1",
       "1:12 a duration that grows with time can only be divided by a constant"},
      {"did(any, 0s)", "1:10 a window is from 1s to 400d, in whole milliseconds"},
      {"did(any, 401d)", "1:10 a window is from 1s to 400d, in whole milliseconds"},
      {"did(any, 7)", "1:10 a window is a constant duration such as 7d"},
      {"did(any, since(any))", "1:10 a window is a constant duration such as 7d"},
      {"did(any, 7w)", "1:10 unknown unit 'w', durations are s, m, h or d"},
      {"did(any)", "1:8 an argument is missing, write did(type, window[, filter])"},
      {"did", "1:1 write did(type, window[, filter])"},
      {"did(any, 7d, )", "1:14 expected product, category, brand, value or quantity"},
      {"did(veiw_item, 7d)", "1:5 unknown event type 'veiw_item', did you mean 'view_item'?"},
      {"did(custom:, 7d)", "1:5 unknown event type 'custom:'"},
      {"sum(purchase, price, 7d) > 3", "1:15 expected value or quantity"},
      {"distinct(any, produkt, 7d) > 3",
       "1:15 expected product, category, brand or order, did you mean 'product'?"},
      {"cart.age(7d) > 3m", "1:9 'cart.age' takes no arguments"},
      {"top(lifetime.revenue, 5)", "1:23 expected a percentage such as 20%"},
      {"top(lifetime.revenue, 0%)",
       "1:23 a percentage is above 0% and at most 100%, with up to 4 decimals"},
      {"top(lifetime.revenue, 101%)",
       "1:23 a percentage is above 0% and at most 100%, with up to 4 decimals"},
      {"top(lifetime.revenue, 0.00001%)",
       "1:23 a percentage is above 0% and at most 100%, with up to 4 decimals"},
      {"top(lifetime.revenu, 5%)",
       "1:5 expected lifetime.revenue, lifetime.orders, lifetime.aov, lifetime.coupon_share, "
       "lifetime.refund_share or lifetime.order_interval, did you mean 'lifetime.revenue'?"},
      {"top(clv(365d), 20%)",
       "1:5 'clv' has no ranking, for it falls with time for everybody at once: rank "
       "lifetime.revenue, or compare clv(365d) with an amount"},
      {"top(since(purchase), 20%)",
       "1:5 'since' has no ranking, rfm.recency ranks by the newest order"},
      {"top(lifetime.revenue)", "1:21 an argument is missing, write top(lifetime.revenue, 20%)"},
      {"top(lifetime.aov, 20%) > 3", "1:24 compares Bool with Number"},
      {"cart.value > 20%", "1:14 a percentage stands only in top(…, 20%)"},
      {"percentile(lifetime.aov) == 90",
       "1:1 a percentile is only compared with a number, by '>=', '>', '<' or '<='"},
      {"percentile(lifetime.aov) > lifetime.orders",
       "1:1 a percentile is only compared with a number, by '>=', '>', '<' or '<='"},
      {"percentile(lifetime.aov) + 1 > 90",
       "1:1 a percentile is only compared with a number, by '>=', '>', '<' or '<='"},
      {"percentile(lifetime.aov) >= 100",
       "1:29 a percentile is from 0 to below 100, with up to 4 decimals"},
      {"-1 < percentile(lifetime.aov)",
       "1:1 a percentile is from 0 to below 100, with up to 4 decimals"},
      {"percentile(lifetime.aov)", "1:1 this is a Number, but a condition is needed"},
      {"rfm.score > 3", "1:1 unknown term 'rfm.score'"},
      {"rfm.recencie > 3", "1:1 unknown term 'rfm.recencie', did you mean 'rfm.recency'?"},
      {"clv(6h) > 3", "1:5 a horizon is a constant duration from 1d to 3650d, such as 365d"},
      {"clv(4000d) > 3", "1:5 a horizon is a constant duration from 1d to 3650d, such as 365d"},
      {"clv(7) > 3", "1:5 a horizon is a constant duration from 1d to 3650d, such as 365d"},
      {"clv(365d) > 3d", "1:11 compares Money with Duration"},
      {"p_alive(3) < 0.5", "1:8 'p_alive' takes no arguments"},
      {"true && false", "1:6 write 'and'"},
      {"!true", "1:1 negation is written 'not'"},
      {"true ) and", "1:6 this ')' closes nothing"},
      {"(true", "1:6 expected ')' or an operator"},
      {"true true", "1:6 expected 'and', 'or' or the end"},
      {"true and", "1:9 the expression ends here, but something must follow"},
      {"and true", "1:1 expected a term before 'and'"},
      {"did(any, 7d, category = \"a\" and brand == 3)",
       "1:23 a comparison is written '=='; 1:42 expected a name in quotes"},
      {"did(any, 7d, category < \"a\")", "1:23 names are compared with '==', '!=' or 'in'"},
      {"did(any, 7d, colour == \"a\")", "1:14 unknown field 'colour'"},
      {"did(any, 7d, category == \"\")", "1:26 a name has 1 to 128 bytes"},
      {"did(any, 7d, value > 5 EUR)",
       "1:24 amounts in a filter are plain numbers of the site's currency"},
      {"did(any, 7d, value > 0.00001)",
       "1:22 a number here has at most 4 decimals and is at most 1000000000000"},
      {"did(any, 7d, not value > 5)",
       "1:14 'not' cannot turn an amount around here, write the opposite comparison (an event "
       "without the amount passes neither)"},
      {"did(any, 7d, category == \"a\" brand)",
       "1:30 expected 'and', 'or', ',' or ')' in the filter"},
      {"did(any, 7d, category == \"a",
       "1:26 the string is not closed; 1:28 expected 'and', 'or', "
       "',' or ')' in the filter"},
      {"\"a\" == 3", "1:1 a Text beside a Number, write the number without quotes"},
      {"count(any, 7d) > 1234567890123456789",
       "1:18 the number has more than 18 digits; 1:37 the "
       "expression ends here, but something must follow"},
      {"true # comment", "1:6 unexpected character; 1:8 expected 'and', 'or' or the end"},
  };
  for (const auto& [source, expected] : cases) EXPECT_EQ(brief(source), expected) << source;
}

TEST(ExpressionErrors, OfSequencesNameWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"sequence(search, within 10m, last 1d)", "1:10 a sequence has two steps or more"},
      {"sequence(search, view_item)",
       "1:27 an argument is missing, write sequence(type, type[, …], within D, last W)"},
      {"sequence(search, view_item, within 10m)",
       "1:39 an argument is missing, write sequence(type, type[, …], within D, last W)"},
      {"sequence(search, view_item, within 10, last 1d)",
       "1:36 'within' is a constant duration such as 7d"},
      {"sequence(search, view_item, within 10m, last 1)",
       "1:46 a window is a constant duration such as 7d"},
      {"sequence(search, view_item, 10m, last 1d)",
       "1:29 expected an event type, 'any' or custom:NAME; 1:34 expected 'within', as in 'within "
       "30m'"},
      {"sequence(search, view_item, last 1d, within 10m)",
       "1:29 expected 'within', as in 'within 30m'; 1:38 expected 'last', as in 'last 7d'"},
      {"sequence(search, view_item, within 2d, last 1d)",
       "1:36 the steps cannot be that far apart inside the window, make 'last' longer"},
      {"sequence(search, view_item, within 10m, last 500d)",
       "1:46 a window is from 1s to 400d, in whole milliseconds"},
      {"sequence(serach, view_itm, within 10m, last 1d)",
       "1:10 unknown event type 'serach', did you mean 'search'?; "
       "1:18 unknown event type 'view_itm', did you mean 'view_item'?"},
      {"sequence(search[colour == \"a\", brand == \"b\"], purchas, within 10m, last 1d)",
       "1:17 unknown field 'colour'; 1:47 unknown event type 'purchas', did you mean 'purchase'?"},
      {"sequence(search[brand == \"b\", view_item, within 10m, last 1d)",
       "1:31 unknown field 'view_item'"},
      {"sequence(search[brand == \"b\" x], view_item, within 10m, last 1d)",
       "1:30 expected 'and', 'or', ',' or ']' in the filter"},
      {"sequence(any, any, any, any, any, any, any, any, any, within 1m, last 1d)",
       "1:10 a sequence has at most 8 steps"},
      {"without(add_to_cart, purchase, within 1h)", "1:22 expected 'then', as in 'then purchase'"},
      {"without(add_to_cart, then purchase)",
       "1:35 an argument is missing, write without(type, then type, within D[, last W])"},
      {"without(add_to_cart, then purchase, within 1d, last 1d)",
       "1:44 this never holds: the window ends before the wait does, make 'last' longer"},
      {"without(add_to_cart, then purchase, within 1d, last 2d, 3)",
       "1:55 too many arguments, write without(type, then type, within D[, last W])"},
  };
  for (const auto& [source, expected] : cases) EXPECT_EQ(brief(source), expected) << source;
}

TEST(ExpressionErrors, OfTextsPeriodsAndNamesSayWhatIsNeeded) {
  const std::pair<const char*, const char*> cases[] = {
      {"trait(country) == \"DE\"", "1:7 expected a name in quotes"},
      {"trait == \"DE\"", "1:1 write trait(\"name\")"},
      {"trait(\"country\")", "1:1 this is a Text, but a condition is needed"},
      {"trait(\"country\") < \"DE\"",
       "1:18 texts are compared with '==', '!=' or 'in', numbers stand without quotes"},
      {"trait(\"vip\") == true", "1:14 compares Text with Bool, write \"true\" in quotes"},
      {"trait(\"age\") > 5 EUR", "1:14 compares Text with Money"},
      {"trait(\"age\") > 5d", "1:14 compares Text with Duration"},
      {"trait(\"age\") + 1 > 5", "1:14 adds Text and Number"},
      {"-trait(\"age\") > 5", "1:1 '-' needs a number, but this is a Text"},
      {"2 * trait(\"age\") > 5", "1:3 multiplies Number by Text"},
      {"trait(\"age\") / 2 > 5", "1:14 divides Text by Number"},
      {"trait(\"country\") in \"DE\"",
       "1:21 'in' takes a list such as [\"DE\", \"AT\"] or a period such as 2026-03; 1:21 expected "
       "'and', 'or' or the end"},
      {"trait(\"country\") in [DE]", "1:22 expected a text in quotes"},
      {"trait(\"country\") in [\"DE\" \"AT\"]",
       "1:27 expected ',' or ']'; 1:27 expected 'and', 'or' or the end"},
      {"cart.items in [\"1\"]",
       "1:1 a list needs a Text such as trait(\"country\"), but this is a Number"},
      {"\"a\" == \"b\"", "1:5 both sides are constants, so this never changes"},
      {"\"a\" in [\"b\"]", "1:5 both sides are constants, so this never changes"},
      {"7d > 8h", "1:4 both sides are constants, so this never changes"},
      {"campaign.sorce == \"x\"",
       "1:1 unknown term 'campaign.sorce', did you mean 'campaign.source'?"},
      {"consent(5)", "1:9 expected a name in quotes"},
      {"first(view_item) in 2026",
       "1:7 the first such event is not kept for ever, only first(purchase) and first(any) are"},
      {"first(purchase) in 2026-13", "1:20 there is no month '2026-13'"},
      {"first(purchase) in 2026-02-30", "1:20 there is no day '2026-02-30'"},
      {"first(purchase) in 2026-05..2026-03", "1:20 the period ends before it begins"},
      {"first(purchase) in 03.2026",
       "1:20 expected a period such as 2026, 2026-03, 2026-03-15 or 2026-03-01..2026-05-31"},
      {"first(purchase) > 7d",
       "1:17 an instant stands before a period: first(purchase) in 2026-03"},
      {"first(purchase)", "1:1 this is an Instant, but a condition is needed"},
      {"since(purchase) in 2026-03",
       "1:1 a period needs first(purchase) or first(any), but this is a Duration"},
      {"bucket(colours) < 50", "1:8 expected a name in quotes"},
      {"bucket(\"\") < 50", "1:8 a name has 1 to 128 bytes"},
      {"exposures(spring, 7d) > 1", "1:11 expected an offer's id in quotes, or any_offer"},
      {"exposures(any_ofer, 7d) > 1",
       "1:11 expected an offer's id in quotes, or any_offer, did you mean 'any_offer'?"},
      {"exposures(any_offer) > 1",
       "1:20 an argument is missing, write exposures(\"offer id\"|any_offer, window)"},
      {"in(heroes)", "1:4 unknown audience 'heroes'"},
      {"in_for(5) > 3d", "1:8 expected the name of an audience"},
      {"in(", "1:4 an argument is missing, write in(audience)"},
  };
  for (const auto& [source, expected] : cases) EXPECT_EQ(brief(source), expected) << source;
}

TEST(ExpressionErrors, AllFaultsAreReportedInOrder) {
  EXPECT_EQ(brief("cont(any, 7d) > 1 and cart.value > 5m or did(purchas, 0s)"),
            "1:1 unknown term 'cont', did you mean 'count'?; 1:34 compares Money with Duration; "
            "1:46 unknown event type 'purchas', did you mean 'purchase'?");
}

TEST(ExpressionErrors, SizesAreBounded) {
  EXPECT_EQ(brief(std::string(limits::kExpressionBytesMax + 1, ' ')),
            "1:1 the expression is longer than 8192 bytes");
  const std::string deep(limits::kExpressionDepthMax + 1, '(');
  EXPECT_EQ(brief(deep + "true"), "1:65 the expression is nested too deeply");
  std::string nots;
  for (size_t i = 0; i <= limits::kExpressionDepthMax; ++i) nots += "not ";
  EXPECT_EQ(brief(nots + "true"), "1:257 the expression is nested too deeply");
  std::string terms = "did(any, ";
  for (size_t i = 0; i <= limits::kExpressionDepthMax; ++i) terms += "count(any, ";
  EXPECT_NE(brief(terms).find("nested too deeply"), std::string::npos);
  std::string wide = "true";
  for (size_t i = 0; i < limits::kExpressionNodesMax / 2; ++i) wide += " or true";
  EXPECT_NE(brief(wide).find("the expression has more than 1024 parts"), std::string::npos);
  std::string filter = "(product == 'a' or product == 'b')";
  for (size_t i = 0; i < 9; ++i) filter += " and (product == 'a' or product == 'b')";
  EXPECT_NE(brief("did(any, 7d, " + filter + ")").find("too many combinations"), std::string::npos);
}

TEST(Definitions, EveryFaultyAudienceIsNamed) {
  const std::vector<AudienceDefinition> definitions = {
      {"good", "", "", "did(any, 7d)"},
      {"Bad Name", "", "", "did(any, 7d)"},
      {"typo", "", "", "did(any, 7)"},
      {"good", "", "", "cart.value >"},
  };
  const std::vector<Error> errors = check_definitions(definitions);
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_EQ(errors[0].detail, "audience 'Bad Name': a name has 1 to 64 of a-z, 0-9 and _");
  EXPECT_EQ(errors[1].detail,
            "audience 'typo' does not compile\n"
            "typo:1:10: error: a window is a constant duration such as 7d\n"
            "  did(any, 7)\n"
            "           ^");
  EXPECT_EQ(errors[2].detail, "audience 'good' is defined twice");
  EXPECT_EQ(errors[3].code, ErrorCode::kInvalidExpression);
}

TEST(Definitions, MayReferToEachOtherButNotInACircle) {
  EXPECT_TRUE(check_definitions({{"buyers", "", "", "lifetime.orders > 0"},
                                 {"2nd", "", "", "in(buyers) and in_for(buyers) > 3d"},
                                 {"others", "", "", "not in(buyers) and not in(\"2nd\")"}})
                  .empty());
  const std::vector<Error> errors = check_definitions({{"leaf", "", "", "in(a)"},
                                                       {"a", "", "", "in(c) or did(any, 1d)"},
                                                       {"b", "", "", "in_for(a) > 1d"},
                                                       {"c", "", "", "not in(b)"}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::kInvalidExpression);
  EXPECT_EQ(errors[0].detail, "audiences refer to each other in a circle: a → c → b → a");
  const std::vector<Error> itself = check_definitions({{"a", "", "", "not in(a)"}});
  ASSERT_EQ(itself.size(), 1u);
  EXPECT_EQ(itself[0].detail, "audiences refer to each other in a circle: a → a");
  const std::vector<Error> unknown =
      check_definitions({{"buyers", "", "", "lifetime.orders > 0"}, {"b", "", "", "in(buyer)"}});
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_EQ(unknown[0].detail,
            "audience 'b' does not compile\n"
            "b:1:4: error: unknown audience 'buyer', did you mean 'buyers'?\n"
            "  in(buyer)\n"
            "     ^~~~~");
}

}  // namespace
}  // namespace rekindle::operators::audience
