#include "operators/audience/program.h"

#include <algorithm>

#include "core/assert.h"
#include "operators/audience/arithmetic.h"
#include "operators/audience/crossing.h"
#include "operators/audience/decimal.h"

namespace rekindle::operators::audience {
namespace {

constexpr Duration kLastsLongEnough = days(1);

}  // namespace

Holds Program::evaluate(const Scope& scope) const {
  if (scope.lists != nullptr && lacks_something(scope)) return {};
  const Holds answer = condition(x_root, scope);
  RK_ASSERT(answer.until > scope.now);
  return answer;
}

bool Program::lacks_something(const Scope& scope) const {
  for (size_t i = 0; i < x_requirement_count; ++i) {
    if (is_missing(x_requirements[i], scope.visitor, *scope.lists, scope.now)) return true;
  }
  return false;
}

Holds Program::condition(uint16_t at, const Scope& scope) const {
  const Instruction& instruction = x_code[at];
  switch (instruction.op) {
    case Op::kTrue: return {true, true, EventTime::never()};
    case Op::kFalse: return {false, true, EventTime::never()};
    case Op::kHolds: {
      const Term& term = x_terms[instruction.a];
      return term.kind->holds(term.arguments, scope);
    }
    case Op::kAtLeast: return at_least(instruction, scope);
    case Op::kCompare: return comparison(instruction, scope);
    case Op::kSameTruth: {
      const Holds a = condition(instruction.a, scope);
      const Holds b = condition(instruction.b, scope);
      return {a.value == b.value, a.exact && b.exact, std::min(a.until, b.until)};
    }
    case Op::kNot: {
      Holds answer = condition(instruction.a, scope);
      answer.value = !answer.value;
      return answer;
    }
    case Op::kAll: return joined(instruction, false, scope);
    case Op::kAny: return joined(instruction, true, scope);
    case Op::kSameText: return {same_text(instruction, scope), true, EventTime::never()};
    case Op::kOneOf: return {one_of(instruction, scope), true, EventTime::never()};
    case Op::kWithin: return {within(instruction, scope), true, EventTime::never()};
    default: break;
  }
  RK_ASSERT(false && "a quantity stands where the compiler puts conditions");
  return {};
}

// One deciding operand (a false one of `and`, a true one of `or`) settles the answer for as long as
// it stays so. The search goes on past one that may change soon, for one that lasts longer: looking
// costs less than waking the visitor, but not for a deadline that far ahead.
Holds Program::joined(const Instruction& instruction, bool deciding, const Scope& scope) const {
  Holds undecided{!deciding, true, EventTime::never()};
  Holds decided{deciding, true, EventTime::before_all()};
  const uint16_t* operand = x_operands.data() + instruction.a;
  for (const uint16_t* end = operand + instruction.b; operand != end; ++operand) {
    const Holds answer = condition(*operand, scope);
    if (answer.value == deciding) {
      if (answer.until > decided.until) decided = answer;
      if (decided.until >= scope.now + kLastsLongEnough) break;
    } else {
      undecided.exact = undecided.exact && answer.exact;
      undecided.until = std::min(undecided.until, answer.until);
    }
  }
  return decided.until != EventTime::before_all() ? decided : undecided;
}

Holds Program::at_least(const Instruction& instruction, const Scope& scope) const {
  const Term& term = x_terms[instruction.a];
  const auto k = static_cast<int64_t>(x_constants[instruction.b].value.numerator);
  return term.kind->at_least(term.arguments, k, scope);
}

Holds Program::comparison(const Instruction& instruction, const Scope& scope) const {
  const Op left = x_code[instruction.a].op;
  const Op right = x_code[instruction.b].op;
  if (left != Op::kMeasure || (right != Op::kConstant && right != Op::kMoney)) {
    return compared(instruction, quantity(instruction.a, scope), quantity(instruction.b, scope),
                    scope.now);
  }
  const Term& term = x_terms[x_code[instruction.a].a];
  const Quantity measured = term.kind->measure(term.arguments, scope);
  const std::optional<Holds> answer = whole_comparison(instruction, measured, scope);
  return answer ? *answer
                : compared(instruction, measured, quantity(instruction.b, scope), scope.now);
}

// Most comparisons are of a whole number with a written one: those need no fractions.
std::optional<Holds> Program::whole_comparison(const Instruction& instruction,
                                               const Quantity& measured, const Scope& scope) const {
  const Instruction& written = x_code[instruction.b];
  const Constant& constant = x_constants[written.a];
  const bool both_whole = measured.value.is_whole() && constant.value.is_whole();
  if (measured.state != Quantity::State::kKnown || !both_whole) return std::nullopt;
  Wide bound = constant.value.numerator;
  if (written.op == Op::kMoney) {
    if (constant.currency && constant.currency != scope.site.currency) return std::nullopt;
    if (__builtin_mul_overflow(bound, Wide{scope.money_scale}, &bound)) return std::nullopt;
  }
  const Wide value = measured.value.numerator;
  const int sign = value < bound ? -1 : (value > bound ? 1 : 0);
  Holds answer{holds_for(instruction.compare, sign), measured.exact, measured.until};
  const Rational& slope = x_constants[instruction.c].value;
  if (slope.numerator == 0) return answer;
  Wide difference = 0;
  if (__builtin_sub_overflow(value, bound, &difference)) return std::nullopt;
  const EventTime flip = first_flip(instruction.compare, {difference, 1}, slope, scope.now);
  answer.until = std::min(answer.until, flip);
  return answer;
}

Holds Program::compared(const Instruction& instruction, const Quantity& left, const Quantity& right,
                        EventTime now) const {
  Holds answer{false, left.exact && right.exact, std::min(left.until, right.until)};
  const std::optional<int> sign = compare(left, right);
  if (!sign) return answer;  // unknown
  answer.value = holds_for(instruction.compare, *sign);
  const Rational& slope = x_constants[instruction.c].value;
  const bool both_known =
      left.state == Quantity::State::kKnown && right.state == Quantity::State::kKnown;
  if (slope.numerator == 0 || !both_known) return answer;  // infinite stays so
  const std::optional<Rational> difference = subtract(left.value, right.value);
  const EventTime flip =
      difference ? first_flip(instruction.compare, *difference, slope, now) : now + milliseconds(1);
  answer.until = std::min(answer.until, flip);
  return answer;
}

Quantity Program::quantity(uint16_t at, const Scope& scope) const {
  const Instruction& instruction = x_code[at];
  switch (instruction.op) {
    case Op::kConstant: return {x_constants[instruction.a].value};
    case Op::kMoney: {
      const Constant& amount = x_constants[instruction.a];
      if (amount.currency && amount.currency != scope.site.currency) return Quantity::unknown();
      const auto minor = audience::multiply(amount.value, Rational::whole(scope.money_scale));
      return minor ? Quantity{*minor} : Quantity::unknown();
    }
    case Op::kMeasure: {
      const Term& term = x_terms[instruction.a];
      return term.kind->measure(term.arguments, scope);
    }
    case Op::kNegate: return negate(quantity(instruction.a, scope));
    case Op::kAdd: return add(quantity(instruction.a, scope), quantity(instruction.b, scope));
    case Op::kSubtract:
      return subtract(quantity(instruction.a, scope), quantity(instruction.b, scope));
    case Op::kMultiply:
      return multiply(quantity(instruction.a, scope), quantity(instruction.b, scope));
    case Op::kDivide: return divide(quantity(instruction.a, scope), quantity(instruction.b, scope));
    case Op::kNumberIn: {
      const std::optional<std::string_view> written = text(instruction.a, scope);
      const std::optional<Rational> number = written ? decimal_of(*written) : std::nullopt;
      return number ? Quantity{*number} : Quantity::unknown();
    }
    default: break;
  }
  RK_ASSERT(false && "a condition stands where the compiler puts quantities");
  return {};
}

std::optional<std::string_view> Program::text(uint16_t at, const Scope& scope) const {
  const Instruction& instruction = x_code[at];
  if (instruction.op == Op::kText) return x_texts[instruction.a];
  RK_ASSERT(instruction.op == Op::kTextTerm);
  const Term& term = x_terms[instruction.a];
  return term.kind->text(term.arguments, scope);
}

// An unknown text is neither equal nor unequal to anything.
bool Program::same_text(const Instruction& instruction, const Scope& scope) const {
  const std::optional<std::string_view> left = text(instruction.a, scope);
  const std::optional<std::string_view> right = text(instruction.b, scope);
  return left && right && (*left == *right) == (instruction.compare == Compare::kEqual);
}

bool Program::one_of(const Instruction& instruction, const Scope& scope) const {
  const std::optional<std::string_view> found = text(instruction.a, scope);
  if (!found) return false;
  const std::string* const first = x_texts.data() + instruction.b;
  return std::find(first, first + instruction.c, *found) != first + instruction.c;
}

bool Program::within(const Instruction& instruction, const Scope& scope) const {
  const Term& term = x_terms[instruction.a];
  const std::optional<EventTime> at = term.kind->instant(term.arguments, scope);
  return at && at->ms >= x_constants[instruction.b].value.numerator &&
         at->ms < x_constants[instruction.c].value.numerator;
}

}  // namespace rekindle::operators::audience
