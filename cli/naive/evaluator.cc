// The naive evaluator: arithmetic, comparisons and logic over the terms of terms.cc.
#include <fmt/format.h>

#include <optional>

#include "cli/naive/terms.h"

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

// Of what grows with time only one side is infinite, and it is never divided by.
Value product(const Value& a, const Value& b, bool divides) {
  if (a.state == Value::kUnknown || b.state == Value::kUnknown) return kUnknown;
  if (b.state == Value::kInfinite) return divides ? kUnknown : product(b, a, false);
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
    case Form::kConstant: {
      const int64_t divisor = tree.unit == Unit::kNumber ? 2 : 1;
      return {Value::kKnown, tree.number, tree.divisor > 0 ? tree.divisor : divisor};
    }
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

std::optional<std::string> text_of(const Tree& tree, const World& world) {
  return tree.form == Form::kText ? tree.names[0] : text_of_term(tree, world);
}

bool text_test(const Tree& tree, const World& world) {
  const std::optional<std::string> text = text_of(tree.parts[0], world);
  if (!text) return false;
  std::vector<std::string> names = tree.names;
  if (tree.parts.size() > 1) {
    const std::optional<std::string> other = text_of(tree.parts[1], world);
    if (!other) return false;
    names = {*other};
  }
  const bool listed = std::find(names.begin(), names.end(), *text) != names.end();
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

std::optional<int64_t> whole_constant(const Tree& tree) {
  const Value amount = value(tree, {});
  if (amount.state != Value::kKnown || amount.top % amount.bottom != 0) return std::nullopt;
  return static_cast<int64_t>(amount.top / amount.bottom);
}

std::string shown(const Tree& tree, const World& world) {
  if (tree.unit == Unit::kText) return text_of(tree, world).value_or("unknown");
  const Value amount = value(tree, world);
  if (amount.state == Value::kUnknown) return "unknown";
  if (amount.state == Value::kInfinite) return amount.top > 0 ? "never" : "-never";
  const double number = static_cast<double>(amount.top) / static_cast<double>(amount.bottom);
  if (tree.unit == Unit::kDuration) return fmt::format("{:.3f}s", number / 1e3);
  if (tree.unit == Unit::kMoney) return fmt::format("{:g} minor units", number);
  return fmt::format("{:g}", number);
}

}  // namespace rekindle::naive
