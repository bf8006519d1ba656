// The server's answers about audiences as text for people. Pure functions over JSON; a field that
// is missing is left out. Used by cli/audience.cc.
#pragma once

#include <string>

#include "core/error.h"

namespace rekindle::cli {

// Errors of all: kMalformedJson.
[[nodiscard]] Result<std::string> audiences_text(const std::string& json);
[[nodiscard]] Result<std::string> audience_text(const std::string& json);
[[nodiscard]] Result<std::string> preview_text(const std::string& json);
[[nodiscard]] Result<std::string> explanation_text(const std::string& json);

// How far a definition has come.
struct AudienceProgress {
  bool is_settled = false;  // nothing is to come
  uint64_t version = 0;     // in force
  uint64_t evaluated = 0;
  uint64_t to_evaluate = 0;
};
[[nodiscard]] Result<AudienceProgress> progress_of(const std::string& json);

}  // namespace rekindle::cli
