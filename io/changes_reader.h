// Reads the change log where it must not have a hole. Engine::read_changes gives, after 0, whatever
// is kept; for who follows from a cursor that is not enough. Blocking: on the errand thread, or the
// webhook thread.
#pragma once

#include <vector>

#include "core/engine.h"
#include "io/changes_cursor.h"

namespace rekindle::io {

// Changes with seq > after of one partition, at most `most`, oldest first, the first one being
// after + 1. Errors: kGone when that was let go; those of the log.
[[nodiscard]] Result<std::vector<Engine::StoredChange>> read_on(Engine& engine,
                                                                PartitionId partition,
                                                                uint64_t after, size_t most);

// Where what is kept begins.
[[nodiscard]] Result<ChangesCursor> begin_of_feed(Engine& engine);

}  // namespace rekindle::io
