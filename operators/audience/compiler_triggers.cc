// Which events can change an expression at once, and in which direction. An audience the visitor is
// in need not look at events that can only make it true, nor one they are out of at events that can
// only make it false: what was said about its future stays sound, if a little early.
#include "operators/audience/compiler.h"

namespace rekindle::operators::audience {
namespace {

// `when_true` of an operand, given what `effect` does to it.
Effect through(Effect when_true, Effect effect) {
  if (when_true == Effect::kEither || effect == Effect::kEither) return Effect::kEither;
  return when_true == Effect::kRises ? effect : opposite(effect);
}

}  // namespace

void Compiler::collect_triggers() {
  x_effects.assign(x_program.x_terms.size(), std::nullopt);
  judge_condition(x_program.x_root, Effect::kRises);
  for (size_t i = 0; i < x_program.x_terms.size(); ++i) {
    const size_t first = x_program.x_triggers.size();
    const Program::Term& term = x_program.x_terms[i];
    term.kind->add_triggers(term.arguments, x_program.x_triggers);
    for (size_t t = first; t < x_program.x_triggers.size(); ++t) {
      x_program.x_triggers[t].effect = x_effects[i].value_or(Effect::kEither);
    }
  }
}

// `when_true` is what the condition becoming true does to the whole expression's truth.
void Compiler::judge_condition(uint16_t at, Effect when_true) {
  const Program::Instruction& instruction = x_program.x_code[at];
  switch (instruction.op) {
    case Op::kHolds:
    case Op::kAtLeast: {
      const Program::Term& term = x_program.x_terms[instruction.a];
      return judge_term(instruction.a, through(when_true, term.kind->effect));
    }
    case Op::kNot: return judge_condition(instruction.a, opposite(when_true));
    case Op::kAll:
    case Op::kAny:
      for (uint16_t i = 0; i < instruction.b; ++i) {
        judge_condition(x_program.x_operands[instruction.a + i], when_true);
      }
      return;
    case Op::kSameTruth:
      judge_condition(instruction.a, Effect::kEither);
      return judge_condition(instruction.b, Effect::kEither);
    case Op::kCompare: return judge_comparison(instruction, when_true);
    default: return;  // true and false
  }
}

void Compiler::judge_comparison(const Program::Instruction& instruction, Effect when_true) {
  const auto is_term = [&](uint16_t at) { return x_program.x_code[at].op == Op::kMeasure; };
  const auto is_fixed = [&](uint16_t at) {
    return x_program.x_code[at].op == Op::kConstant || x_program.x_code[at].op == Op::kMoney;
  };
  const bool term_left = is_term(instruction.a) && is_fixed(instruction.b);
  const bool term_right = is_term(instruction.b) && is_fixed(instruction.a);
  const bool is_order =
      instruction.compare != Compare::kEqual && instruction.compare != Compare::kNotEqual;
  if (!is_order || (!term_left && !term_right)) {
    judge_quantity(instruction.a);
    return judge_quantity(instruction.b);
  }
  const uint16_t used = x_program.x_code[term_left ? instruction.a : instruction.b].a;
  const TermKind& kind = *x_program.x_terms[used].kind;
  const bool wants_more = (instruction.compare == Compare::kGreater ||
                           instruction.compare == Compare::kGreaterOrEqual) == term_left;
  Effect effect = wants_more ? kind.effect : opposite(kind.effect);
  // From unknown, which compares false, a first event may also make it true.
  if (kind.may_be_unknown && effect == Effect::kFalls) effect = Effect::kEither;
  judge_term(used, through(when_true, effect));
}

// Within arithmetic nothing is concluded.
void Compiler::judge_quantity(uint16_t at) {
  const Program::Instruction& instruction = x_program.x_code[at];
  switch (instruction.op) {
    case Op::kMeasure: return judge_term(instruction.a, Effect::kEither);
    case Op::kNegate: return judge_quantity(instruction.a);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide: judge_quantity(instruction.a); return judge_quantity(instruction.b);
    default: return;  // constants
  }
}

void Compiler::judge_term(uint16_t term, Effect effect) {
  std::optional<Effect>& known = x_effects[term];
  known = !known || *known == effect ? effect : Effect::kEither;
}

}  // namespace rekindle::operators::audience
