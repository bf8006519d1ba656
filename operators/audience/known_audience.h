// An audience that others may refer to by name. Given to the compiler; never on the event path.
#pragma once

#include <string_view>

#include "core/ids.h"

namespace rekindle::operators::audience {

struct KnownAudience {
  std::string_view name;
  AudienceId id{};
};

}  // namespace rekindle::operators::audience
