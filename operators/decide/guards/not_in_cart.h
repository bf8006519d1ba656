// Stops what lies in the cart.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotInCart{"in_cart", [](const Judged& judged) {
                                    const auto& cart = judged.view.cart;
                                    return std::find(cart.begin(), cart.end(),
                                                     judged.candidate.hash) != cart.end();
                                  }};

}  // namespace rekindle::operators::guards
