// Conditions and quantities; terms and filters are in parser_terms.cc.
#include "cli/naive/parser.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace rekindle::naive {
namespace {

bool is_constant(const Tree& tree) {
  if (tree.form == Form::kConstant) return true;
  const bool is_arithmetic = tree.form == Form::kAdd || tree.form == Form::kSubtract ||
                             tree.form == Form::kMultiply || tree.form == Form::kDivide ||
                             tree.form == Form::kNegate;
  return is_arithmetic && std::all_of(tree.parts.begin(), tree.parts.end(), is_constant);
}

Tree constant(Unit unit, int64_t number, int64_t divisor = 1) {
  Tree tree{.unit = unit};
  tree.number = number;
  tree.divisor = divisor;
  return tree;
}

int64_t milliseconds_of(const std::string& unit) {
  if (unit == "s") return 1'000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  return unit == "d" ? 86'400'000 : 0;
}

// The days of "2026", "2026-03" or "2026-03-15": [begin, end). Nothing when it is none of them.
bool read_days(const std::string& date, EventTime& begin, EventTime& end) {
  using namespace std::chrono;
  int y = 0;
  unsigned m = 0;
  unsigned d = 0;
  const int parts = std::sscanf(date.c_str(), "%4d-%2u-%2u", &y, &m, &d);
  if (parts < 1 || date.size() != (parts == 1 ? 4u : (parts == 2 ? 7u : 10u))) return false;
  const sys_days first = year(y) / month(parts > 1 ? m : 1) / day(parts > 2 ? d : 1);
  sys_days past = first + std::chrono::days(1);
  if (parts == 1) past = year(y + 1) / January / day(1);
  if (parts == 2) past = year_month(year(y), month(m)) / day(1) + months(1);
  begin = EventTime{} + rekindle::days(first.time_since_epoch().count());
  end = EventTime{} + rekindle::days(past.time_since_epoch().count());
  return true;
}

}  // namespace

Result<Tree> parse(std::string_view when, Currency currency,
                   const std::vector<std::string>& audiences) {
  return Parser(when, currency, audiences).run();
}

Result<Tree> Parser::run() {
  Tree tree = any_of();
  if (!x_scanner.at_end()) x_scanner.fail("expected the end");
  if (!x_scanner.fault().empty()) return Error{ErrorCode::kInvalidExpression, x_scanner.fault()};
  if (tree.unit != Unit::kBool) {
    return Error{ErrorCode::kInvalidExpression, "this is no condition"};
  }
  return tree;
}

Tree Parser::joined(Form form, std::string_view word, Read part) {
  const size_t begin = x_scanner.place();
  Tree first = (this->*part)();
  if (!x_scanner.take_word(word)) return first;
  Tree tree{.form = form, .parts = {std::move(first)}};
  do {
    tree.parts.push_back((this->*part)());
  } while (x_scanner.take_word(word));
  tree.source = x_scanner.from(begin);
  return tree;
}

Tree Parser::any_of() {
  return joined(Form::kOr, "or", &Parser::all_of);
}
Tree Parser::all_of() {
  return joined(Form::kAnd, "and", &Parser::negation);
}

Tree Parser::negation() {
  const size_t begin = x_scanner.place();
  if (!x_scanner.take_word("not")) return comparison();
  Tree tree{.form = Form::kNot, .parts = {negation()}};
  tree.source = x_scanner.from(begin);
  return tree;
}

Tree Parser::comparison() {
  const size_t begin = x_scanner.place();
  Tree tree = sum();
  if (x_scanner.take_word("in")) {
    tree = x_scanner.take("[") ? one_of(std::move(tree)) : within_period(std::move(tree));
  } else {
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!x_scanner.take(sign)) continue;
      tree = compared(std::move(tree), sign, sum());
      break;
    }
  }
  tree.source = x_scanner.from(begin);
  return tree;
}

Tree Parser::within_period(Tree instant) {
  const std::string period = x_scanner.period();
  const size_t dots = period.find("..");
  EventTime ignored;
  bool good = read_days(period.substr(0, dots), instant.begin, instant.end);
  if (dots != std::string::npos) good &= read_days(period.substr(dots + 2), ignored, instant.end);
  if (!good || instant.unit != Unit::kInstant) x_scanner.fail("expected a period of an instant");
  instant.unit = Unit::kBool;
  instant.form = Form::kDid;
  return instant;
}

Tree Parser::one_of(Tree text) {
  Tree tree{.form = Form::kTextTest, .parts = {std::move(text)}, .compare = "in"};
  do {
    tree.names.push_back(x_scanner.string());
  } while (x_scanner.take(","));
  x_scanner.expect("]");
  return tree;
}

Tree Parser::compared(Tree left, std::string sign, Tree right) {
  if (left.term == "percentile") {  // a condition as a whole
    if (right.form != Form::kConstant) x_scanner.fail("expected a number");
    left.number = right.number * kPercent / (right.divisor == 0 ? 2 : right.divisor);
    left.form = Form::kDid;
    left.unit = Unit::kBool;
    left.compare = std::move(sign);
    return left;
  }
  if (left.unit == Unit::kText && right.unit == Unit::kNumber) left.unit = Unit::kNumber;
  if (right.unit == Unit::kText && left.unit == Unit::kNumber) right.unit = Unit::kNumber;
  match_money(left, right);
  if (left.unit != right.unit) x_scanner.fail("compares two different things");
  Form form = Form::kCompare;
  if (left.unit == Unit::kBool) form = Form::kSame;
  if (left.unit == Unit::kText) form = Form::kTextTest;
  return {.form = form, .parts = {std::move(left), std::move(right)}, .compare = std::move(sign)};
}

// A constant number beside money is in major units.
void Parser::match_money(Tree& left, Tree& right) const {
  for (const auto& [money, number] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    if (money->unit != Unit::kMoney || number->unit != Unit::kNumber) continue;
    if (!is_constant(*number)) continue;
    Tree scaled{.form = Form::kMultiply, .unit = Unit::kMoney};
    scaled.parts = {std::move(*number), constant(Unit::kNumber, x_currency.scale())};
    *number = std::move(scaled);
  }
}

Tree Parser::sum() {
  Tree left = product();
  while (true) {
    const bool adds = x_scanner.take("+");
    if (!adds && !x_scanner.take("-")) return left;
    Tree right = product();
    match_money(left, right);
    const Unit unit = left.unit;
    left = {.form = adds ? Form::kAdd : Form::kSubtract,
            .unit = unit,
            .parts = {std::move(left), std::move(right)}};
  }
}

Tree Parser::product() {
  Tree left = unary();
  while (true) {
    const bool multiplies = x_scanner.take("*");
    if (!multiplies && !x_scanner.take("/")) return left;
    Tree right = unary();
    Unit unit = left.unit;
    if (multiplies && unit == Unit::kNumber) unit = right.unit;
    if (!multiplies && left.unit == right.unit) unit = Unit::kNumber;
    left = {.form = multiplies ? Form::kMultiply : Form::kDivide,
            .unit = unit,
            .parts = {std::move(left), std::move(right)}};
  }
}

Tree Parser::unary() {
  if (!x_scanner.take("-")) return primary();
  Tree operand = unary();
  const Unit unit = operand.unit;
  return {.form = Form::kNegate, .unit = unit, .parts = {std::move(operand)}};
}

Tree Parser::primary() {
  const size_t begin = x_scanner.place();
  if (x_scanner.at_number()) return number();
  if (x_scanner.at_string()) {
    Tree text{.form = Form::kText, .unit = Unit::kText};
    text.names = {x_scanner.string()};
    return text;
  }
  if (x_scanner.take("(")) {
    Tree inner = any_of();
    x_scanner.expect(")");
    return inner;
  }
  const std::string name = x_scanner.name();
  if (name == "true" || name == "false") return constant(Unit::kBool, name == "true");
  Tree tree = term(name);
  tree.source = x_scanner.from(begin);
  return tree;
}

Tree Parser::number() {
  const Scanner::Number read = x_scanner.number();
  if (!read.unit.empty()) {
    const int64_t unit_ms = milliseconds_of(read.unit);
    int64_t ms = 0;
    if (unit_ms == 0 || __builtin_mul_overflow(read.digits, unit_ms, &ms)) {
      x_scanner.fail("no duration");
    }
    return constant(Unit::kDuration, ms, read.divisor);
  }
  if (x_scanner.at_name()) {
    Scanner ahead = x_scanner;
    const std::string code = ahead.name();
    const Result<Currency> currency = Currency::parse(code);
    if (currency && currency->code() == code) {
      x_scanner = ahead;
      if (*currency != x_currency) return {.form = Form::kUnknown, .unit = Unit::kMoney};
      Tree amount{.form = Form::kMultiply, .unit = Unit::kMoney};
      amount.parts = {constant(Unit::kNumber, read.digits, read.divisor),
                      constant(Unit::kNumber, x_currency.scale())};
      return amount;
    }
  }
  return constant(Unit::kNumber, read.digits, read.divisor);
}

}  // namespace rekindle::naive
