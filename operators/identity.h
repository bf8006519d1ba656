// Says which ids a visitor claims: user ids, e-mail addresses, phone numbers, devices, other names.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_identity();

}  // namespace rekindle::operators
