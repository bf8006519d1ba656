// Gives every node of a Syntax its type, computes constants, and refuses what makes no sense.
// Never on the event path.
#pragma once

#include "operators/audience/syntax.h"

namespace rekindle::operators::audience {

// Afterwards, without faults: constant parts are single kNumber, kDuration or kMoney nodes, numbers
// beside money have become kMoney, windows are set, slopes are known, and the root is a Bool.
void check(Syntax& syntax, Faults& faults);

}  // namespace rekindle::operators::audience
