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
      {"sequence(search, view_item, within 10m) and true",
       "1:1 'sequence' is not available in this version"},
      {"rfm.score > 3", "1:1 'rfm.score' is not available in this version"},
      {"trait(\"x\") == 1", "1:1 'trait' is not available in this version"},
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
      {"\"a\" == 3", "1:1 a name in quotes belongs inside a term's filter"},
      {"count(any, 7d) > 1234567890123456789",
       "1:18 the number has more than 18 digits; 1:37 the "
       "expression ends here, but something must follow"},
      {"true # comment", "1:6 unexpected character; 1:8 expected 'and', 'or' or the end"},
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

}  // namespace
}  // namespace rekindle::operators::audience
