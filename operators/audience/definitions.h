// Checks audience definitions before they are put in force. Called when a configuration is read
// and when definitions change; never on the event path.
#pragma once

#include <vector>

#include "core/rules.h"

namespace rekindle::operators::audience {

// Every fault: names that are not [a-z0-9_]{1,64} or repeat (kInvalidConfiguration) and expressions
// that do not compile (kInvalidExpression). Each detail names its audience.
[[nodiscard]] std::vector<Error> check_definitions(
    const std::vector<AudienceDefinition>& definitions);

}  // namespace rekindle::operators::audience
