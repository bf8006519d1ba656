// Makes the offers operator; see operators/offers.cc.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_offers();

}  // namespace rekindle::operators
