// For a thread that allocates much and frees nearly all of it itself, at a low priority: memory of
// its own, so that nobody waits for a lock of the heap that it holds while others have the
// processor.
#pragma once

namespace rekindle {

// What the calling thread allocates from now on comes from an arena of its own; it may be freed by
// any. Without jemalloc, or where that refuses, nothing changes. Call it once a thread: arenas
// stay.
void use_own_heap();

}  // namespace rekindle
