// Guards against linking strangers. See docs/identity.md.
#pragma once

#include <string>
#include <vector>

#include "core/person.h"

namespace rekindle {

struct IdentityConfig {
  // By IdType: visitor, user, email, phone, device, platform.
  PersonLimits limits{{32, 1, 5, 5, 16, 16}};
  // A device or platform id that more visitors than this claim is shared: it links nobody.
  uint32_t shared_after = 8;
  // Values that are nobody's, besides the usual ones; compared without case.
  std::vector<std::string> blocked;
};

}  // namespace rekindle
