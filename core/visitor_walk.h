// A pass over all visitors that a partition has when it begins, in slices between other work. Each
// is seen once, as it is at that moment. Those in memory come first, in no particular order; then
// the others, read from the store and not kept. Nothing is changed.
//
// Owned by whoever asks (a preview); used by Partition::walk on the partition's shard only.
#pragma once

#include <absl/functional/function_ref.h>

#include <vector>

#include "core/site.h"
#include "core/visitor.h"

namespace rekindle {

struct VisitorWalk {
  explicit VisitorWalk(PartitionId of) : partition(of) {}

  PartitionId partition;
  bool begun = false;
  size_t slot = 0;         // the next place of the cache
  VisitorNumber next = 0;  // after those in memory: the next number that may not be seen yet
  std::vector<bool> seen;  // by number
};

using VisitorReader = absl::FunctionRef<void(const Visitor&, const Site&)>;

}  // namespace rekindle
