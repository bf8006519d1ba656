// The checksum and size of an audience at a place in the change feed, exactly: from the member sets
// as they are now, taking back what the change log has after that place. Used by the checksum
// route; docs/handover.md tells clients how to compute their own.
//
// Thread: the asking io thread; the log is read on the errand thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/set_checksum.h"
#include "io/changes_cursor.h"
#include "io/io_thread.h"

namespace rekindle::io {

struct MemberChecksum {
  ChangesCursor at;
  uint64_t size = 0;
  SetChecksum checksum;
};

// 32 hex digits, the high half first.
[[nodiscard]] std::string to_text(const SetChecksum& checksum);

// At `at`, or now. Calls `done` once, unless an error is returned. Errors: kOverloaded; to `done`
// also kGone (changes after `at` were let go), kInvalidArgument (`at` is of another store, or more
// than limits::kChangesScanMax changes back) and kStoreFailed.
[[nodiscard]] Result<void> read_checksum(IoThread& thread, AudienceId audience,
                                         std::optional<ChangesCursor> at,
                                         std::function<void(Result<MemberChecksum>)> done);

}  // namespace rekindle::io
