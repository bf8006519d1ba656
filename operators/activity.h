// Writes the event into the visitor's timeline.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_activity();

}  // namespace rekindle::operators
