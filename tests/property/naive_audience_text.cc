// Writes expressions out as their author would.
#include <string_view>

#include "tests/property/naive_audience.h"

namespace rekindle::naive {
namespace {

// number ÷ scale with as many decimals as it takes.
std::string decimal(int64_t number, int64_t scale) {
  std::string text = number < 0 ? "-" : "";
  const int64_t magnitude = number < 0 ? -number : number;
  text += std::to_string(magnitude / scale);
  int64_t rest = magnitude % scale;
  if (rest > 0) text += '.';
  for (; rest > 0; rest = rest * 10 % scale) text += static_cast<char>('0' + rest * 10 / scale);
  return text;
}

std::string text_of(const FilterTree& tree, int64_t scale) {
  switch (tree.form) {
    case FilterTree::Form::kAnd:
      return "(" + text_of(tree.parts[0], scale) + " and " + text_of(tree.parts[1], scale) + ")";
    case FilterTree::Form::kOr:
      return "(" + text_of(tree.parts[0], scale) + " or " + text_of(tree.parts[1], scale) + ")";
    case FilterTree::Form::kNot: return "not " + text_of(tree.parts[0], scale);
    case FilterTree::Form::kAmount:
      return tree.field + " " + tree.compare + " " +
             decimal(tree.amount, tree.field == "value" ? scale : 1);
    case FilterTree::Form::kName: break;
  }
  if (tree.compare != "in") return tree.field + " " + tree.compare + " \"" + tree.names[0] + "\"";
  return tree.field + " in [\"" + tree.names[0] + "\", \"" + tree.names[1] + "\"]";
}

std::string seconds_of(int64_t ms) {
  return decimal(ms, 1'000) + "s";
}

std::string text_of_step(const Tree& step, int64_t scale) {
  return step.filter.empty() ? step.type : step.type + "[" + text_of(step.filter[0], scale) + "]";
}

std::string text_of_steps(const Tree& tree, int64_t scale) {
  std::string text = tree.term + "(" + text_of_step(tree.parts[0], scale);
  for (size_t i = 1; i < tree.parts.size(); ++i) {
    text += (tree.term == "without" ? ", then " : ", ") + text_of_step(tree.parts[i], scale);
  }
  text += ", within " + seconds_of(tree.within_ms);
  if (tree.window_ms > 0) text += ", last " + seconds_of(tree.window_ms);
  return text + ")";
}

std::string text_of_term(const Tree& tree, int64_t scale) {
  if (tree.within_ms > 0) return text_of_steps(tree, scale);
  if (tree.term == "in" || tree.term == "in_for") {
    return tree.term + "(a" + std::to_string(tree.audience) + ")";
  }
  if (tree.term == "top") return "top(" + tree.field + ", " + decimal(tree.number, 10'000) + "%)";
  if (tree.term == "percentile") {
    return "(percentile(" + tree.field + ") " + tree.compare + " " + decimal(tree.number, 10'000) +
           ")";
  }
  if (tree.term == "clv") return "clv(" + std::to_string(tree.number) + "d)";
  if (tree.term == "first") return "(first(" + tree.type + ") in " + tree.names[0] + ")";
  if (tree.term == "exposures") {
    const std::string offer = tree.names.empty() ? "any_offer" : "\"" + tree.names[0] + "\"";
    return "exposures(" + offer + ", " + seconds_of(tree.window_ms) + ")";
  }
  if (!tree.names.empty()) return tree.term + "(\"" + tree.names[0] + "\")";
  if (tree.type.empty()) return tree.term;
  std::string text = tree.term + "(" + tree.type;
  if (!tree.field.empty()) text += ", " + tree.field;
  if (tree.window_ms > 0) text += ", " + seconds_of(tree.window_ms);
  for (const FilterTree& filter : tree.filter) text += ", " + text_of(filter, scale);
  return text + ")";
}

std::string text_of_test(const Tree& tree) {
  const std::string left = "(" + text_of_term(tree.parts[0], 1) + " " + tree.compare + " ";
  if (tree.compare != "in") return left + "\"" + tree.names[0] + "\")";
  return left + "[\"" + tree.names[0] + "\", \"" + tree.names[1] + "\"])";
}

std::string text_of_constant(const Tree& tree, int64_t scale) {
  switch (tree.unit) {
    case Unit::kBool: return tree.number != 0 ? "true" : "false";
    case Unit::kNumber: return decimal(tree.number, 2);
    case Unit::kMoney: return decimal(tree.number, scale);
    case Unit::kDuration: return seconds_of(tree.number);
    case Unit::kText:
    case Unit::kInstant: break;  // never a random constant
  }
  return "";
}

}  // namespace

std::string text_of(const Tree& tree, int64_t scale) {
  const auto joined = [&](std::string_view sign) {
    std::string text = "(" + text_of(tree.parts[0], scale);
    for (size_t i = 1; i < tree.parts.size(); ++i) {
      text.append(" ").append(sign).append(" ").append(text_of(tree.parts[i], scale));
    }
    return text + ")";
  };
  switch (tree.form) {
    case Form::kConstant: return text_of_constant(tree, scale);
    case Form::kAnd: return joined("and");
    case Form::kOr: return joined("or");
    case Form::kNot: return "(not " + text_of(tree.parts[0], scale) + ")";
    case Form::kSame:
    case Form::kCompare: return joined(tree.compare);
    case Form::kDid:
    case Form::kTerm: return text_of_term(tree, scale);
    case Form::kTextTest: return text_of_test(tree);
    case Form::kAdd: return joined("+");
    case Form::kSubtract: return joined("-");
    case Form::kMultiply: return joined("*");
    case Form::kDivide: return joined("/");
    case Form::kNegate: return "(-" + text_of(tree.parts[0], scale) + ")";
    case Form::kUnknown:
    case Form::kText: break;  // never in random trees
  }
  return "";
}

}  // namespace rekindle::naive
