// What the program's exit status means. Returned by every command.
#pragma once

#include "core/error.h"

namespace rekindle::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;      // something failed while running
inline constexpr int kExitUsage = 2;        // the command line or the configuration is wrong
inline constexpr int kExitUnavailable = 3;  // the store is in use, or of another release

[[nodiscard]] constexpr int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStoreLocked:
    case ErrorCode::kNewerVersion:
    case ErrorCode::kOlderVersion: return kExitUnavailable;
    case ErrorCode::kInvalidConfiguration:
    case ErrorCode::kInvalidExpression:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound: return kExitUsage;
    default: return kExitFailure;
  }
}

}  // namespace rekindle::cli
