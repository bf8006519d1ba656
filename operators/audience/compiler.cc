#include "operators/audience/compiler.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/audience/checker.h"
#include "operators/audience/parser.h"
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

using Kind = Node::Kind;

// `number compare term` as `term compare number`.
Compare mirrored(Compare compare) {
  switch (compare) {
    case Compare::kLess: return Compare::kGreater;
    case Compare::kLessOrEqual: return Compare::kGreaterOrEqual;
    case Compare::kGreater: return Compare::kLess;
    case Compare::kGreaterOrEqual: return Compare::kLessOrEqual;
    case Compare::kEqual:
    case Compare::kNotEqual: return compare;
  }
  return compare;
}

}  // namespace

Program Compiler::run() {
  for (TermUse& use : x_syntax.terms) {
    x_program.x_terms.push_back({use.kind, std::move(use.arguments)});
  }
  x_program.x_texts = std::move(x_syntax.texts);
  x_program.x_term_spans.resize(x_program.x_terms.size());
  for (const Node& node : x_syntax.nodes) {
    if (node.kind == Kind::kTerm) x_program.x_term_spans[node.term] = node.where;
  }
  x_program.x_root = condition(x_syntax.root).at;
  std::sort(x_program.x_parts.begin(), x_program.x_parts.end(),
            [](const auto& a, const auto& b) { return a.where.begin < b.where.begin; });
  collect_requirements();
  collect_triggers();
  collect_references();
  collect_needs();
  return std::move(x_program);
}

void Compiler::collect_references() {
  std::vector<AudienceVersion>& references = x_program.x_references;
  for (const Program::Term& term : x_program.x_terms) {
    if (term.arguments.audience) references.push_back(*term.arguments.audience);
  }
  std::sort(references.begin(), references.end());
  references.erase(std::unique(references.begin(), references.end()), references.end());
}

void Compiler::collect_needs() {
  for (const Program::Term& term : x_program.x_terms) {
    if (term.kind->add_needs != nullptr) term.kind->add_needs(term.arguments, x_program.x_needs);
  }
}

Compiler::Coded Compiler::put(Program::Instruction instruction, uint32_t cost) {
  x_program.x_code.push_back(instruction);
  // One node becomes at most five instructions, and limits::kExpressionNodesMax bounds the nodes.
  RK_ASSERT(x_program.x_code.size() <= std::numeric_limits<uint16_t>::max());
  return {static_cast<uint16_t>(x_program.x_code.size() - 1), cost};
}

uint16_t Compiler::constant(const Rational& value, Currency currency) {
  x_program.x_constants.push_back({value, currency});
  return static_cast<uint16_t>(x_program.x_constants.size() - 1);
}

uint32_t Compiler::cost_of(uint16_t term) const {
  const Program::Term& used = x_program.x_terms[term];
  return used.kind->cost * (used.arguments.filter ? 3U : 1U);
}

Compiler::Coded Compiler::condition(uint32_t index) {
  const Node& node = x_syntax.nodes[index];
  switch (node.kind) {
    case Kind::kTrue: return put({.op = Op::kTrue}, 0);
    case Kind::kFalse: return put({.op = Op::kFalse}, 0);
    case Kind::kTerm: {
      const auto term = static_cast<uint16_t>(node.term);
      return part(node, put({.op = Op::kHolds, .a = term}, cost_of(term)));
    }
    case Kind::kCompare:
      if (x_syntax.nodes[node.left].type == Type::kBool) return comparison(node);
      return part(node, comparison(node));
    case Kind::kOneOf: return part(node, one_of(node));
    case Kind::kWithin: return part(node, within(node));
    case Kind::kNot: return negated(condition(node.left));
    case Kind::kAnd:
    case Kind::kOr: {
      std::vector<Coded> operands;
      gather(index, node.kind, operands);
      return joined(node.kind == Kind::kAnd ? Op::kAll : Op::kAny, std::move(operands));
    }
    default: break;
  }
  RK_ASSERT(false && "the checker lets only conditions through");
  return {};
}

// Remembers where it was written, for explanations.
Compiler::Coded Compiler::part(const Node& node, Coded coded) {
  std::erase_if(x_program.x_parts, [&node](const auto& inner) {
    return inner.where.begin >= node.where.begin && inner.where.end <= node.where.end;
  });
  x_program.x_parts.push_back({coded.at, node.where});
  return coded;
}

// `a and b and c` is one conjunction of three.
void Compiler::gather(uint32_t index, Kind kind, std::vector<Coded>& operands) {
  const Node& node = x_syntax.nodes[index];
  if (node.kind != kind) {
    operands.push_back(condition(index));
    return;
  }
  gather(node.left, kind, operands);
  gather(node.right, kind, operands);
}

Compiler::Coded Compiler::joined(Op op, std::vector<Coded> operands) {
  std::stable_sort(operands.begin(), operands.end(),
                   [](const Coded& a, const Coded& b) { return a.cost < b.cost; });
  const size_t first = x_program.x_operands.size();
  uint32_t cost = 0;
  for (const Coded& operand : operands) {
    x_program.x_operands.push_back(operand.at);
    cost += operand.cost;
  }
  return put(
      {.op = op, .a = static_cast<uint16_t>(first), .b = static_cast<uint16_t>(operands.size())},
      cost);
}

Compiler::Coded Compiler::negated(Coded operand) {
  return put({.op = Op::kNot, .a = operand.at}, operand.cost);
}

Compiler::Coded Compiler::comparison(const Node& node) {
  const Node& left = x_syntax.nodes[node.left];
  const Node& right = x_syntax.nodes[node.right];
  if (left.type == Type::kBool) {
    const Coded a = condition(node.left);
    const Coded b = condition(node.right);
    const Coded same = put({.op = Op::kSameTruth, .a = a.at, .b = b.at}, a.cost + b.cost);
    return node.compare == Compare::kEqual ? same : negated(same);
  }
  if (left.type == Type::kText && right.type == Type::kText) {
    const Coded a = text(node.left);
    const Coded b = text(node.right);
    return put({.op = Op::kSameText, .compare = node.compare, .a = a.at, .b = b.at},
               a.cost + b.cost + 1);
  }
  const auto is_percentile = [&](const Node& term) {
    return term.kind == Kind::kTerm && x_program.x_terms[term.term].kind == &kPercentile;
  };
  if (is_percentile(left)) return condition(node.left);  // the checker made the comparison a cut
  if (is_percentile(right)) return condition(node.right);
  const auto has_threshold = [&](const Node& term, const Node& number) {
    return term.kind == Kind::kTerm && number.kind == Kind::kNumber &&
           x_syntax.terms[term.term].kind->at_least != nullptr;
  };
  if (has_threshold(left, right)) {
    return threshold(static_cast<uint16_t>(left.term), node.compare, right.value);
  }
  if (has_threshold(right, left)) {
    return threshold(static_cast<uint16_t>(right.term), mirrored(node.compare), left.value);
  }
  const Coded a = quantity(node.left);
  const Coded b = quantity(node.right);
  return put({.op = Op::kCompare,
              .compare = node.compare,
              .a = a.at,
              .b = b.at,
              .c = constant(node.slope)},
             a.cost + b.cost);
}

Compiler::Coded Compiler::one_of(const Node& node) {
  const Coded found = text(node.left);
  const Node& list = x_syntax.nodes[node.right];
  // An expression's bytes bound its texts: limits::kExpressionBytesMax.
  return put({.op = Op::kOneOf,
              .a = found.at,
              .b = static_cast<uint16_t>(list.index),
              .c = static_cast<uint16_t>(list.count)},
             found.cost + list.count);
}

Compiler::Coded Compiler::within(const Node& node) {
  const Period& period = x_syntax.periods[node.index];
  const auto term = static_cast<uint16_t>(x_syntax.nodes[node.left].term);
  return put({.op = Op::kWithin,
              .a = term,
              .b = constant(Rational::whole(period.begin.ms)),
              .c = constant(Rational::whole(period.end.ms))},
             cost_of(term));
}

Compiler::Coded Compiler::text(uint32_t index) {
  const Node& node = x_syntax.nodes[index];
  if (node.kind == Kind::kText) {
    return put({.op = Op::kText, .a = static_cast<uint16_t>(node.index)}, 0);
  }
  RK_ASSERT(node.kind == Kind::kTerm);
  const auto term = static_cast<uint16_t>(node.term);
  return put({.op = Op::kTextTerm, .a = term}, cost_of(term));
}

Compiler::Coded Compiler::threshold(uint16_t term, Compare compare, const Rational& number) {
  const Wide above = floor_of(number) + 1;
  const Wide from = ceiling_of(number);
  switch (compare) {
    case Compare::kGreaterOrEqual: return at_least(term, from);
    case Compare::kGreater: return at_least(term, above);
    case Compare::kLess: return negated(at_least(term, from));
    case Compare::kLessOrEqual: return negated(at_least(term, above));
    case Compare::kEqual:
    case Compare::kNotEqual: break;
  }
  Coded equal{};
  if (!number.is_whole() || number.numerator < 0) {
    equal = put({.op = Op::kFalse}, 0);
  } else if (number.numerator == 0) {
    equal = negated(at_least(term, 1));
  } else {
    const Coded enough = at_least(term, from);
    equal = joined(Op::kAll, {enough, negated(at_least(term, above))});
  }
  return compare == Compare::kEqual ? equal : negated(equal);
}

Compiler::Coded Compiler::at_least(uint16_t term, Wide k) {
  if (k <= 0) return put({.op = Op::kTrue}, 0);
  if (k > std::numeric_limits<int64_t>::max()) return put({.op = Op::kFalse}, 0);
  const uint16_t number = constant({k, 1});
  return put({.op = Op::kAtLeast, .a = term, .b = number}, cost_of(term) / 2 + 1);
}

Compiler::Coded Compiler::quantity(uint32_t index) {
  const Node& node = x_syntax.nodes[index];
  if (node.type == Type::kText) {
    const Coded written = text(index);
    return put({.op = Op::kNumberIn, .a = written.at}, written.cost + 2);
  }
  const auto binary = [&](Op op) {
    const Coded a = quantity(node.left);
    const Coded b = quantity(node.right);
    return put({.op = op, .a = a.at, .b = b.at}, a.cost + b.cost);
  };
  switch (node.kind) {
    case Kind::kNumber:
    case Kind::kDuration: return put({.op = Op::kConstant, .a = constant(node.value)}, 0);
    case Kind::kMoney: return put({.op = Op::kMoney, .a = constant(node.value, node.currency)}, 0);
    case Kind::kTerm: {
      const auto term = static_cast<uint16_t>(node.term);
      return put({.op = Op::kMeasure, .a = term}, cost_of(term));
    }
    case Kind::kNegate: {
      const Coded operand = quantity(node.left);
      return put({.op = Op::kNegate, .a = operand.at}, operand.cost);
    }
    case Kind::kAdd: return binary(Op::kAdd);
    case Kind::kSubtract: return binary(Op::kSubtract);
    case Kind::kMultiply: return binary(Op::kMultiply);
    case Kind::kDivide: return binary(Op::kDivide);
    default: break;
  }
  RK_ASSERT(false && "the checker lets only quantities through");
  return {};
}

Result<Program> compile(std::string_view source, const Origin& origin,
                        std::span<const KnownAudience> audiences) {
  Faults faults;
  if (source.size() > limits::kExpressionBytesMax) {
    faults.add({0, 1}, "the expression is longer than " +
                           std::to_string(limits::kExpressionBytesMax) + " bytes");
    const size_t line_end = std::min<size_t>(source.find('\n'), 80);
    return Error{ErrorCode::kInvalidExpression, faults.render(source.substr(0, line_end), origin)};
  }
  Syntax syntax = parse(source, audiences, faults);
  check(syntax, faults);
  if (!faults.empty()) {
    return Error{ErrorCode::kInvalidExpression, faults.render(source, origin)};
  }
  return Compiler(syntax).run();
}

}  // namespace rekindle::operators::audience
