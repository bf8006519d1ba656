// Stops what can be bought later only: before `available_from`, or before it is published.
#pragma once

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotYet{"not_available_yet", [](const Judged& judged) {
                                 const Product& product = *judged.candidate.product;
                                 return product.available_from > judged.view.now ||
                                        product.published > judged.view.now;
                               }};

}  // namespace rekindle::operators::guards
