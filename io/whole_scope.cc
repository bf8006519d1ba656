#include "io/whole_scope.h"

namespace rekindle::io {

WholeScope::WholeScope(QueryScope& shard, VisitorKey visitor, uint32_t partitions,
                       std::span<const Visitor> others)
    : x_shard(shard) {
  const Visitor* const own = shard.visitor(visitor);
  if (own == nullptr || (others.empty() && own->voice == nullptr)) return;
  std::vector<const Visitor*> parts{own};
  for (const Visitor& other : others) {
    if (other.site == own->site) parts.push_back(&other);
  }
  x_whole = join_visitors(parts).visitor;
  shard.look_again(partition_of(visitor, partitions), *x_whole);
}

}  // namespace rekindle::io
