#include "io/changes_reader.h"

namespace rekindle::io {

Result<std::vector<Engine::StoredChange>> read_on(Engine& engine, PartitionId partition,
                                                  uint64_t after, size_t most) {
  const uint64_t last = engine.last_change(partition);  // of which the log has all or has let go
  auto changes = engine.read_changes(partition, after, most);
  if (!changes) return changes;
  if (changes->empty() ? last > after : changes->front().change.seq != after + 1) {
    return Error{ErrorCode::kGone,
                 "changes after this cursor were let go: take the members of the audience and "
                 "follow from their changes_after"};
  }
  return changes;
}

Result<ChangesCursor> begin_of_feed(Engine& engine) {
  ChangesCursor begin(engine.partitions());
  for (uint32_t p = 0; p < engine.partitions(); ++p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    if (engine.last_change(id) == 0) continue;
    const auto first = engine.read_changes(id, 0, 1);
    if (!first) return first.error();
    begin.set(p, first->empty() ? engine.last_change(id) : first->front().change.seq - 1);
  }
  return begin;
}

}  // namespace rekindle::io
