// Cuts an expression's source into tokens. Called by the parser; never on the event path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operators/audience/fault.h"
#include "operators/audience/rational.h"

namespace rekindle::operators::audience {

enum class TokenKind : uint8_t {
  kEnd,
  kName,      // count, cart.value, custom:quiz, and, GBP
  kNumber,    // 12, 0.5
  kDuration,  // 30m, 1.5h: `value` is in milliseconds
  kPercent,   // 20%, 2.5%: `value` is the number before the sign
  kString,    // "shoes": `text` is unescaped
  kPeriod,    // after `in`: 2026-03, 2026-03-01..2026-05-31; `text` is as written
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kComma,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Span where;
  std::string text;  // of kName, kString and kPeriod
  Rational value;    // of kNumber, kDuration and kPercent

  [[nodiscard]] bool is_name(std::string_view name) const {
    return kind == TokenKind::kName && text == name;
  }
};

// Always ends with a kEnd token. What cannot be read is reported and left out.
[[nodiscard]] std::vector<Token> tokenize(std::string_view source, Faults& faults);

}  // namespace rekindle::operators::audience
