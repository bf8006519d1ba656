// Reads the filters of a term: `category == "shoes" and value > 20, not brand in ["a", "b"]`.
// Called by the parser; the result is core/window.h's disjunctive normal form.
#pragma once

#include <optional>

#include "core/money.h"
#include "core/window.h"
#include "operators/audience/token_reader.h"

namespace rekindle::operators::audience {

// Reads to the ')' of the term or the ']' of the step that closes it; commas mean `and`. Nothing
// when there was a fault, which is reported.
[[nodiscard]] std::optional<Filter> parse_filter(TokenReader& tokens,
                                                 TokenKind closes = TokenKind::kRightParen);

// "==" … ">=" as core's comparison; nothing for other tokens.
[[nodiscard]] std::optional<Compare> comparison_of(TokenKind kind);
// The comparison that holds exactly when `compare` does not.
[[nodiscard]] Compare opposite_of(Compare compare);

}  // namespace rekindle::operators::audience
