// Reading and durably replacing files of a few bytes. Called by StoreDirectory. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace rekindle::state {

// What errno says about `path`: kDiskFull, else kStoreFailed.
[[nodiscard]] Error error_of_errno(const std::string& path);

// Errors: kStoreFailed.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);
// Creates or empties the file; its bytes are on the disk when this returns.
[[nodiscard]] Result<void> write_and_sync(const std::string& path, std::string_view content);
// Replaces directory/name in one step: after a power cut it is the old file or the new one.
[[nodiscard]] Result<void> write_small_file(const std::string& directory, const std::string& name,
                                            std::string_view content);

}  // namespace rekindle::state
