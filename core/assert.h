// RK_ASSERT: a broken invariant stops the process, in every build. Never used for bad input.
#pragma once

namespace rekindle {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace rekindle

#define RK_ASSERT(condition) \
  (__builtin_expect(!!(condition), 1) \
       ? static_cast<void>(0) \
       : ::rekindle::assertion_failed(#condition, __FILE__, __LINE__))
