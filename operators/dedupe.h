// Drops an event that this visitor already sent: by event id, and purchases by order id as well.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_dedupe();

}  // namespace rekindle::operators
