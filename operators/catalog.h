// The list of operators, in the order every event goes through them.
#pragma once

#include "core/operator.h"
#include "core/rules.h"
#include "operators/session.h"

namespace rekindle::operators {

struct OperatorsConfig {
  SessionConfig session;
};

// Errors: kInvalidExpression, when an audience does not compile.
[[nodiscard]] Result<Operators> make_operators(const Rules& rules, const OperatorsConfig& config);

}  // namespace rekindle::operators
