// All guards, in the order in which they judge: a loser is told the first that stopped it.
#pragma once

#include "operators/decide/guards/available.h"
#include "operators/decide/guards/expired.h"
#include "operators/decide/guards/in_catalog.h"
#include "operators/decide/guards/in_stock.h"
#include "operators/decide/guards/not_in_cart.h"
#include "operators/decide/guards/not_owned.h"
#include "operators/decide/guards/not_repeated.h"
#include "operators/decide/guards/not_yet.h"
#include "operators/decide/guards/quota.h"

namespace rekindle::operators {

inline constexpr Guard kGuards[] = {
    guards::kInCatalog,  // first: the others read the product
    guards::kNotRepeated,   guards::kNotOwned, guards::kNotInCart, guards::kAvailable,
    guards::kNotYet,        guards::kExpired,  guards::kInStock,
    guards::kCategoryQuota,  // the last ones: what they stop would be fine elsewhere
    guards::kBrandQuota,
};

}  // namespace rekindle::operators
