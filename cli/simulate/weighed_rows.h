// Decisions weighed elsewhere, as NDJSON: a line for each,
//   {"visitor": 7, "logged": 0.25, "target": 0.5, "reward": 12.5}
// and, for the doubly robust estimate, "expected" and "expected_target". `visitor` is a number or
// a string; other members are passed over, so what `--decisions` wrote can be read again.
#pragma once

#include <string>
#include <vector>

#include "cli/simulate/estimates.h"
#include "core/error.h"

namespace rekindle::cli {

// Errors: kNotFound; kMalformedJson and kInvalidArgument with the line's number.
[[nodiscard]] Result<std::vector<WeighedDecision>> read_weighed_rows(const std::string& path);

}  // namespace rekindle::cli
