// Why the engine and the naive evaluator disagree about one visitor: the parts of the expression as
// both see them. Used by `rekindle verify --naive`.
#pragma once

#include <string>

#include "cli/naive/audiences.h"
#include "core/rules.h"
#include "core/site.h"
#include "core/visitor.h"

namespace rekindle::cli {

struct Explained {
  const naive::ReadAudience& audience;
  const Rules& rules;
  const Visitor& visitor;
  const Site& site;
  const naive::World& world;
  const Membership* membership;  // null: the engine says out
};

// "2011-12-09T12:50:00.123Z"
[[nodiscard]] std::string text_of(EventTime at);
// False when the engine itself says that its answer rests on bounded state.
[[nodiscard]] bool is_exact(const Explained& explained);
// Lines of text: a part of the expression each, then the newest events.
[[nodiscard]] std::string explanation(const Explained& explained);

}  // namespace rekindle::cli
