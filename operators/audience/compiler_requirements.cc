// What must be there for an expression to be true. Only the operands of its outermost `and` are
// looked at: without one of those the whole is false, whatever the others say.
#include <algorithm>
#include <tuple>

#include "operators/audience/compiler.h"

namespace rekindle::operators::audience {

void Compiler::collect_requirements() {
  require_for(x_program.x_root);
  // The cheapest looks first, then the shortest windows: those rule out most.
  std::vector<Requirement>& all = x_requirements;
  std::stable_sort(all.begin(), all.end(), [](const Requirement& a, const Requirement& b) {
    return std::tuple(a.kind, a.window) < std::tuple(b.kind, b.window);
  });
  x_program.x_requirement_count =
      static_cast<uint8_t>(std::min(all.size(), x_program.x_requirements.size()));
  std::copy_n(all.begin(), x_program.x_requirement_count, x_program.x_requirements.begin());
}

void Compiler::require_for(uint16_t at) {
  const Program::Instruction& instruction = x_program.x_code[at];
  const auto& code = x_program.x_code;
  const auto& constants = x_program.x_constants;
  switch (instruction.op) {
    case Op::kAll:
      for (uint16_t i = 0; i < instruction.b; ++i) {
        require_for(x_program.x_operands[instruction.a + i]);
      }
      return;
    case Op::kHolds: return require(instruction.a, Compare::kGreaterOrEqual, Rational::whole(1));
    case Op::kAtLeast:
      return require(instruction.a, Compare::kGreaterOrEqual, constants[instruction.b].value);
    case Op::kCompare: {
      const Program::Instruction& left = code[instruction.a];
      const Program::Instruction& right = code[instruction.b];
      const bool is_written = right.op == Op::kConstant || right.op == Op::kMoney;
      if (left.op != Op::kMeasure || !is_written) return;
      return require(left.a, instruction.compare, constants[right.a].value);
    }
    default: return;
  }
}

void Compiler::require(uint16_t term, Compare compare, const Rational& bound) {
  const Program::Term& used = x_program.x_terms[term];
  if (used.kind->requirement == nullptr) return;
  const auto found = used.kind->requirement(used.arguments, compare, bound);
  if (found) x_requirements.push_back(*found);
}

}  // namespace rekindle::operators::audience
