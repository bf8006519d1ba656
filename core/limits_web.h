#pragma once
#include "core/limits.h"
namespace rekindle::limits {
inline constexpr size_t kPagesMax = 64;
inline constexpr size_t kPagesBytesMax = 8 * 1'024 * 1'024;
inline constexpr size_t kLiveDecisionsMax = 16;
inline constexpr size_t kLiveDecisionsPerThreadMax = 65'536;
inline constexpr size_t kDecideEventsMax = 1'000;
}
