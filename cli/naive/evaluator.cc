// The naive evaluator: arithmetic, comparisons and logic over the terms of naive_terms.cc.
#include "tests/property/naive_audience.h"

#include <optional>

#include "tests/property/naive_terms.h"

namespace rekindle::naive {
namespace {

Value sum(const Value& a, Value b, int sign) {
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return kUnknown;
  b.top *= sign;
  if (a.state == Value::kInfinite && b.state == Value::kInfinite) {
    return a.top == b.top ? a : kUnknown;
  }
  if (a.state == Value::kInfinite) return a;
  if (b.state == Value::kInfinite) return b;
  return {Value::kKnown, a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom};
}

// The random trees multiply and divide by known numbers only.
Value product(const Value& a, const Value& b, bool divides) {
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return kUnknown;
  if (divides && b.top == 0) return kUnknown;
  const int sign = sign_of(b.top);
  if (a.state == Value::kInfinite) {
    return sign == 0 ? kUnknown : Value{Value::kInfinite, a.top * sign};
  }
  if (!divides) return {Value::kKnown, a.top * b.top, a.bottom * b.bottom};
  return {Value::kKnown, a.top * b.bottom * sign, a.bottom * b.top * sign};
}

Value value(const Tree& tree, const World& world) {
  const auto part = [&](size_t i) { return value(tree.parts[i], world); };
  switch (tree.form) {
    case Form::kConstant: return {Value::kKnown, tree.number, tree.unit == Unit::kNumber ? 2 : 1};
    case Form::kTerm: return value_of_term(tree, world);
    case Form::kAdd: return sum(part(0), part(1), 1);
    case Form::kSubtract: return sum(part(0), part(1), -1);
    case Form::kNegate: return sum(whole(0), part(0), -1);
    case Form::kMultiply: return product(part(0), part(1), false);
    case Form::kDivide: return product(part(0), part(1), true);
    default: return kUnknown;
  }
}

bool comparison(const Tree& tree, const World& world) {
  const Value a = value(tree.parts[0], world);
  const Value b = value(tree.parts[1], world);
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return false;
  if (a.state == Value::kKnown && b.state == Value::kKnown) {
    return compare(tree.compare, sign_of(a.top * b.bottom - b.top * a.bottom));
  }
  const Wide left = a.state == Value::kInfinite ? a.top : 0;
  const Wide right = b.state == Value::kInfinite ? b.top : 0;
  return compare(tree.compare, sign_of(left - right));
}

bool text_test(const Tree& tree, const World& world) {
  const std::optional<std::string> text = text_of_term(tree.parts[0], world);
  if (!text) return false;
  const bool listed = std::find(tree.names.begin(), tree.names.end(), *text) != tree.names.end();
  return tree.compare == "!=" ? !listed : listed;
}

}  // namespace

bool holds(const Tree& tree, const World& world) {
  switch (tree.form) {
    case Form::kConstant: return tree.number != 0;
    case Form::kAnd:
      for (const Tree& part : tree.parts) {
        if (!holds(part, world)) return false;
      }
      return true;
    case Form::kOr:
      for (const Tree& part : tree.parts) {
        if (holds(part, world)) return true;
      }
      return false;
    case Form::kNot: return !holds(tree.parts[0], world);
    case Form::kSame: {
      const bool same = holds(tree.parts[0], world) == holds(tree.parts[1], world);
      return same == (tree.compare == "==");
    }
    case Form::kDid: return truth_of_term(tree, world);
    case Form::kTextTest: return text_test(tree, world);
    case Form::kCompare: return comparison(tree, world);
    default: return false;
  }
}

}  // namespace rekindle::naive
