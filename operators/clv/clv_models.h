// The lifetime value models of all sites: a histogram each, kept with every change of a customer's
// totals, and a fit from time to time.
//
// A site is fitted again when its newest order (on the engine's clock) is a day after the last try,
// or when it has twice the customers. Fits that fail leave the model in force as it is. Revenue
// counts whole: no margin and no discount are taken off.
//
// Made by the program for EngineParts; called as core/customer_models.h says.
#pragma once

#include <memory>

#include "core/customer_models.h"

namespace rekindle::operators {

[[nodiscard]] std::unique_ptr<CustomerModels> make_clv_models();

}  // namespace rekindle::operators
