// Days as reasons name them.
#pragma once

#include <string>

#include "core/time.h"

namespace rekindle::operators {

[[nodiscard]] std::string date_text(EventTime at);  // "2026-11-03", UTC

}  // namespace rekindle::operators
