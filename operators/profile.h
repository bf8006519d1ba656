// Keeps what a visitor told and allowed: traits, consent, first and last campaign.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<Operator> make_profile();

}  // namespace rekindle::operators
