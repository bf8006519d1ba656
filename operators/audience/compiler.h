// Turns a checked Syntax into a Program: flat instructions, thresholds instead of counts where that
// is the same, cheap operands first. Never on the event path.
#pragma once

#include "operators/audience/program.h"
#include "operators/audience/syntax.h"

namespace rekindle::operators::audience {

class Compiler {
 public:
  explicit Compiler(Syntax& syntax) : x_syntax(syntax) {}
  // REQUIRES: check() found no fault.
  [[nodiscard]] Program run();

 private:
  using Op = Program::Op;
  struct Coded {
    uint16_t at;    // its instruction
    uint32_t cost;  // relative; see TermKind::cost
  };

  Coded put(Program::Instruction instruction, uint32_t cost);
  uint16_t constant(const Rational& value, Currency currency = {});
  Coded condition(uint32_t node);
  Coded part(const Node& node, Coded coded);
  Coded quantity(uint32_t node);
  Coded comparison(const Node& node);
  Coded one_of(const Node& node);
  Coded within(const Node& node);
  Coded text(uint32_t node);
  // `term compare number` by thresholds.
  Coded threshold(uint16_t term, Compare compare, const Rational& number);
  Coded at_least(uint16_t term, Wide k);
  Coded negated(Coded operand);
  Coded joined(Op op, std::vector<Coded> operands);
  void gather(uint32_t node, Node::Kind kind, std::vector<Coded>& operands);
  [[nodiscard]] uint32_t cost_of(uint16_t term) const;

  void collect_references();
  void collect_needs();
  // In compiler_requirements.cc: what must be there for the whole expression to be true.
  void collect_requirements();
  void require_for(uint16_t at);
  void require(uint16_t term, Compare compare, const Rational& bound);
  // In compiler_triggers.cc: what the terms' events do to the whole expression.
  void collect_triggers();
  void judge_condition(uint16_t at, Effect when_true);
  void judge_comparison(const Program::Instruction& instruction, Effect when_true);
  void judge_quantity(uint16_t at);
  void judge_term(uint16_t term, Effect effect);

  Syntax& x_syntax;
  Program x_program;
  std::vector<Requirement> x_requirements;
  std::vector<std::optional<Effect>> x_effects;  // by term: on the expression's truth
};

}  // namespace rekindle::operators::audience
