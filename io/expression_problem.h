// A definition that does not compile, as problem+json: besides the text with its carets, each fault
// with its place. Pure functions, any thread.
#pragma once

#include "core/error.h"
#include "io/responses.h"

namespace rekindle::io {

// As problem(error); for kInvalidExpression with "faults": [{"audience","line","column","message",
// "source","caret"}], read from the detail ("name:line:column: error: message", the source line and
// a line with the caret, for each).
[[nodiscard]] Response expression_problem(const Error& error);

}  // namespace rekindle::io
