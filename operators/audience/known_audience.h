// An audience that others may refer to by name, in the version they mean. Given to the compiler;
// never on the event path.
#pragma once

#include <string_view>

#include "core/ids.h"

namespace rekindle::operators::audience {

struct KnownAudience {
  std::string_view name;
  AudienceId id{};
  uint32_t version = 1;
  [[nodiscard]] AudienceVersion key() const { return {id, version}; }
};

}  // namespace rekindle::operators::audience
