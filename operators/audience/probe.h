// An expression to ask about: core/audience_probe.h. Made by the program through
// operators/catalog.h.
#pragma once

#include "core/audience_probe.h"

namespace rekindle::operators::audience {

// Errors: kInvalidExpression; the detail shows each fault, with `definition.name` as the file.
[[nodiscard]] Result<std::unique_ptr<AudienceProbe>> make_probe(
    const AudienceDefinition& definition, const Rules& rules);

}  // namespace rekindle::operators::audience
