// Keeps what is in the visitor's cart.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_cart();

}  // namespace rekindle::operators
