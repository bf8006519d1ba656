// Keeps the visitor's totals: events, orders, revenue, refunds.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_lifetime();

}  // namespace rekindle::operators
