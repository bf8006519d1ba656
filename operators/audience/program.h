// A compiled audience expression. Compiled once, on any thread; evaluated on the visitor's shard
// without allocating. Immutable after compile(), so shards could share one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/audience_probe.h"
#include "core/error.h"
#include "core/money.h"
#include "core/site.h"
#include "core/visitor.h"
#include "core/window.h"
#include "operators/audience/fault.h"
#include "operators/audience/known_audience.h"
#include "operators/audience/term.h"

namespace rekindle::operators::audience {

struct Syntax;

class Program {
 public:
  Program() = default;
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;

  // Whether the visitor is inside at `now`, and until when that is certain if no event arrives:
  // `until` > now, never later than the first real change.
  // `insights`: what is known of the site's customers; null: nothing yet.
  [[nodiscard]] Holds evaluate(const Visitor& visitor, const Site& site, EventTime now,
                               const SiteInsights* insights = nullptr) const {
    return evaluate({visitor, site, site.currency.scale(), now, insights});
  }
  [[nodiscard]] Holds evaluate(const Scope& scope) const;

  // The same answer with its reasons: each condition and term as `source`, which was compiled, has
  // it. Allocates; for questions, not for events.
  [[nodiscard]] Explanation explain(std::string_view source, const Visitor& visitor,
                                    const Site& site, EventTime now,
                                    const SiteInsights* insights) const;

  // Only such an event can change the answer at once. The filters live as long as this program
  // (moving it keeps them in place).
  [[nodiscard]] const std::vector<Trigger>& triggers() const { return x_triggers; }

  // The audiences it asks about, ascending, each once: a change of one of them can change the
  // answer at once, and evaluate() needs them settled.
  [[nodiscard]] const std::vector<AudienceVersion>& references() const { return x_references; }

  // What it reads of the insights; a change of that can change the answer at once.
  [[nodiscard]] const CustomerNeeds& needs() const { return x_needs; }

 private:
  friend class Compiler;

  enum class Op : uint8_t {
    // conditions
    kTrue,
    kFalse,
    kHolds,      // term a
    kAtLeast,    // term a ≥ constant b
    kCompare,    // quantity a, quantity b; difference grows by constant c per millisecond
    kSameTruth,  // conditions a, b
    kNot,        // condition a
    kAll,        // conditions x_operands[a … a + b)
    kAny,
    kSameText,  // texts a, b
    kOneOf,     // text a in x_texts[b … b + c)
    kWithin,    // instant term a, constants b ≤ it < c
    // quantities
    kConstant,  // constant a
    kMoney,     // constant a in major units
    kMeasure,   // term a
    kNegate,    // quantity a
    kAdd,       // quantities a, b
    kSubtract,
    kMultiply,
    kDivide,
    kNumberIn,  // text a, read as a number
    // texts
    kText,      // x_texts[a]
    kTextTerm,  // term a
  };
  struct Instruction {
    Op op = Op::kFalse;
    Compare compare = Compare::kEqual;
    uint16_t a = 0;
    uint16_t b = 0;
    uint16_t c = 0;
  };
  struct Constant {
    Rational value;
    Currency currency;  // kMoney: none means the site's
  };
  struct Term {
    const TermKind* kind = nullptr;
    Arguments arguments;
  };
  // A comparison, or a term that is a condition, as its author wrote it.
  struct Part {
    uint16_t at = 0;  // its instruction
    Span where;
  };

  [[nodiscard]] Holds condition(uint16_t at, const Scope& scope) const;
  [[nodiscard]] Quantity quantity(uint16_t at, const Scope& scope) const;
  [[nodiscard]] std::optional<std::string_view> text(uint16_t at, const Scope& scope) const;
  [[nodiscard]] bool same_text(const Instruction& instruction, const Scope& scope) const;
  [[nodiscard]] bool one_of(const Instruction& instruction, const Scope& scope) const;
  [[nodiscard]] bool within(const Instruction& instruction, const Scope& scope) const;
  [[nodiscard]] Holds at_least(const Instruction& instruction, const Scope& scope) const;
  [[nodiscard]] Holds comparison(const Instruction& instruction, const Scope& scope) const;
  // The same of a term and a number or an amount, where both are whole.
  [[nodiscard]] std::optional<Holds> whole_comparison(const Instruction& instruction,
                                                      const Quantity& measured,
                                                      const Scope& scope) const;
  [[nodiscard]] Holds compared(const Instruction& instruction, const Quantity& left,
                               const Quantity& right, EventTime now) const;
  // kAll when `deciding` is false, kAny when it is true.
  [[nodiscard]] Holds joined(const Instruction& instruction, bool deciding,
                             const Scope& scope) const;

  [[nodiscard]] bool lacks_something(const Scope& scope) const;

  [[nodiscard]] TermReport report(const Term& term, const Scope& scope) const;

  // Some of what must be there for it to be true. In place, for it is all that most looks read.
  std::array<Requirement, 2> x_requirements;
  uint8_t x_requirement_count = 0;
  std::vector<Instruction> x_code;
  std::vector<uint16_t> x_operands;
  std::vector<Constant> x_constants;
  std::vector<Term> x_terms;
  std::vector<Span> x_term_spans;  // by term
  std::vector<Part> x_parts;       // in the order they are written
  std::vector<std::string> x_texts;
  std::vector<Trigger> x_triggers;
  std::vector<AudienceVersion> x_references;
  CustomerNeeds x_needs;
  uint16_t x_root = 0;
};

// Errors: kInvalidExpression; the detail is "file:line:column: error: …" with the source line and a
// caret, for every fault found. `audiences` are those that in(…) and in_for(…) may name.
[[nodiscard]] Result<Program> compile(std::string_view source, const Origin& origin = {},
                                      std::span<const KnownAudience> audiences = {});

}  // namespace rekindle::operators::audience
