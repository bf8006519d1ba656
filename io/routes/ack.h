// What the answers to events have in common.
#pragma once

#include <string_view>

#include "core/engine.h"
#include "io/problem.h"

namespace rekindle::io {

// The value of X-Ack: how far events had come when they were acknowledged.
[[nodiscard]] inline std::string_view ack_word(const Engine& engine) {
  return engine.durability() == Durability::kFsync ? "fsync" : "durable";
}

[[nodiscard]] inline Response not_committed() {
  return problem(Error{ErrorCode::kStoreFailed, "the events were not committed"});
}

}  // namespace rekindle::io
