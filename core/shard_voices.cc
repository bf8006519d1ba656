// A shard's part in who speaks for a person: hands out what it knows of visitors, and has its own
// be what core/voices.h asks for.
#include <map>

#include "core/shard.h"
#include "core/visitor_format.h"

namespace rekindle {

Result<void> Shard::read_visitors(std::span<const VisitorKey> visitors,
                                  std::vector<VisitorBytes>& out) {
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  for (const VisitorKey visitor : visitors) {
    auto found = partition(partition_of(visitor, x_env.config.partitions))->find(visitor);
    if (!found) return found.error();
    if (*found == nullptr) continue;
    encode_visitor((*found)->visitor, out.emplace_back(VisitorBytes{visitor, {}}).bytes);
  }
  return {};
}

Result<void> Shard::look(std::span<const VoiceLook> looks, std::vector<VisitorKey>& moved) {
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  struct Found {
    EventTime now;
    std::vector<VoiceChange> changes;
  };
  std::map<PartitionId, Found> all;
  for (const VoiceLook& look : looks) {
    Partition& partition = *this->partition(partition_of(look.visitor, x_env.config.partitions));
    const EventTime now = std::max(now_for(partition), partition.clock());
    Found& found = all.try_emplace(partition.id(), Found{now, {}}).first->second;
    auto change = partition.judge(look, found.now);
    if (!change) return change.error();
    if (*change) found.changes.push_back(**std::move(change));
  }
  const auto changed = [&]() -> Result<void> {
    for (const auto& [id, found] : all) {
      if (found.changes.empty()) continue;
      Partition& partition = *this->partition(id);
      if (auto begun = partition.begin(RecordKind::kVoices, found.now, false, 0); !begun) {
        return begun;
      }
      for (const VoiceChange& change : found.changes) {
        if (auto said = partition.change_voice(change); !said) return said;
      }
      x_batch.partitions.push_back(partition.finish());
    }
    return commit();
  }();
  if (!changed) {
    fail(changed.error());
    return changed;
  }
  publish();
  for (const auto& [id, found] : all) {
    for (const VoiceChange& change : found.changes) {
      if (!change.steps.empty()) moved.push_back(change.visitor);
    }
  }
  return {};
}

void Shard::wake(std::span<const VisitorKey> visitors) {
  if (x_watches.empty()) return;
  for (const VisitorKey visitor : visitors) x_watches.take(visitor, x_woken);
}

}  // namespace rekindle
