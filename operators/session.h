// Groups what a visitor does into sessions and hands closed ones to the session log.
#pragma once

#include <memory>

#include "core/operator.h"

namespace rekindle::operators {

struct SessionConfig {
  Duration idle = minutes(30);  // a gap this long ends a session
};

[[nodiscard]] std::unique_ptr<Operator> make_session(SessionConfig config = {});

}  // namespace rekindle::operators
