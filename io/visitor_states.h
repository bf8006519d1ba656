// Reads what several visitors are, each on its shard. Called, and calling back, on an io thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/visitor.h"
#include "io/io_thread.h"

namespace rekindle::io {

// Of these; who is not known is left out.
using VisitorStates = std::shared_ptr<const std::vector<Visitor>>;

// `done` is called once, after this returned, unless an error is returned. Errors, here or there:
// kOverloaded, kStoreFailed (the server stopped), kCorruptRecord. REQUIRES: at least one visitor.
[[nodiscard]] Result<void> read_states(IoThread& thread, const std::vector<VisitorKey>& visitors,
                                       std::function<void(Result<VisitorStates>)> done);

}  // namespace rekindle::io
