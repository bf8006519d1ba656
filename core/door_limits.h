// The bounds of keys, origins and the audit log: core/limits.h goes on here, so that what does not
// deal with them is not compiled again when they change.
#pragma once

#include "core/limits.h"

namespace rekindle::limits {

inline constexpr size_t kKeyBytesMax = 128;       // of a key: a longer one is unknown
inline constexpr size_t kKeyNameBytesMax = 64;    // over it the configuration is refused
inline constexpr size_t kKeysMax = 1'024;         // a list; the same
inline constexpr size_t kOriginsMax = 64;         // of a public key; the same
inline constexpr size_t kOriginBytesMax = 512;    // over it no CORS headers
inline constexpr uint64_t kRateMax = 10'000'000;  // a second: over it the configuration is refused

inline constexpr size_t kAuditShownMax = 1'000;  // newest entries of the audit log, in memory
inline constexpr size_t kAuditFileBytesMax = 8 * 1'024 * 1'024;  // of each of two: over it the
                                                                 // older one is replaced

}  // namespace rekindle::limits
