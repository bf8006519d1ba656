// A percentile has no value of its own: it stands beside a number, and the two become a cut of the
// ranking. Called by the checker for every node, before the node itself is checked.
#pragma once

#include "operators/audience/fault.h"
#include "operators/audience/syntax.h"

namespace rekindle::operators::audience {

// Sets Arguments::cut of a percentile that is an operand of `node`; what is not a comparison with a
// number is refused, and makes the node faulty.
void settle_percentile(Node& node, Syntax& syntax, Faults& faults);

}  // namespace rekindle::operators::audience
