// Turns a cart that was told whole into what changed about it.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_cart_state();

}  // namespace rekindle::operators
