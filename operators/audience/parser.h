// Reads tokens into a Syntax. Reports every fault it can tell apart, then goes on. Never on the
// event path.
//
//   or      := and { "or" and }
//   and     := not { "and" not }
//   not     := "not" not | compare
//   compare := sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
//   sum     := product { ("+" | "-") product }
//   product := unary { ("*" | "/") unary }
//   unary   := "-" unary | primary
//   primary := number [ currency ] | duration | "true" | "false" | term | "(" or ")"
//   term    := name [ "(" arguments ")" ]
#pragma once

#include <string_view>

#include "operators/audience/syntax.h"

namespace rekindle::operators::audience {

[[nodiscard]] Syntax parse(std::string_view source, Faults& faults);

}  // namespace rekindle::operators::audience
