// An expression as it was written: the parser makes it, the checker annotates it, the compiler
// reads it. Nodes are in one array; a node's operands come before it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/money.h"
#include "core/window.h"
#include "operators/audience/fault.h"
#include "operators/audience/period.h"
#include "operators/audience/rational.h"
#include "operators/audience/term.h"

namespace rekindle::operators::audience {

struct Node {
  enum class Kind : uint8_t {
    kFaulty,  // reported already; whatever rests on it is not reported again
    kNumber,
    kDuration,
    kMoney,  // `value` in major units, `currency` if one was written
    kText,   // Syntax::texts[index … + count); several only beside kOneOf
    kTrue,
    kFalse,
    kTerm,
    kNegate,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kCompare,
    kOneOf,   // left in the texts of right
    kWithin,  // left in Syntax::periods[index]
    kNot,
    kAnd,
    kOr,
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  Kind kind = Kind::kFaulty;
  Compare compare = Compare::kEqual;
  Span where;             // the whole of it
  Span sign;              // its operator
  uint32_t left = kNone;  // operands; the only one of kNegate and kNot
  uint32_t right = kNone;
  uint32_t term = kNone;  // kTerm: index into Syntax::terms
  uint32_t index = 0;     // kText, kWithin
  uint32_t count = 0;     // kText
  Rational value;
  Currency currency;

  // Set by the checker.
  Type type = Type::kBool;
  Rational slope;  // growth per millisecond; not 0: the value is linear in time

  [[nodiscard]] bool is_constant() const {
    return kind == Kind::kNumber || kind == Kind::kDuration;
  }
  // Written by the author rather than measured.
  [[nodiscard]] bool is_literal() const {
    return is_constant() || kind == Kind::kMoney || kind == Kind::kText;
  }
  [[nodiscard]] bool is_linear() const { return slope.numerator != 0; }
};

struct TermUse {
  const TermKind* kind = nullptr;
  Arguments arguments;
  // The expressions of window and within; the checker sets them in `arguments`.
  uint32_t window = Node::kNone;
  uint32_t within = Node::kNone;
};

struct Syntax {
  std::vector<Node> nodes;
  std::vector<TermUse> terms;
  std::vector<std::string> texts;
  std::vector<Period> periods;
  uint32_t root = Node::kNone;
};

}  // namespace rekindle::operators::audience
