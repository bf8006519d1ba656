#include "state/memory_log.h"

#include <limits>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/log_format.h"

namespace rekindle::state {
namespace {

constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

using Rows = std::vector<std::pair<uint64_t, std::string>>;

void visit_all(const Rows& rows, LogVisitor visit) {
  for (const auto& [number, value] : rows) {
    if (!visit(number, value)) return;
  }
}

// Only values that end at or before `upto`.
void drop_effects(std::map<uint64_t, std::string>& values, uint64_t upto) {
  auto next = values.upper_bound(upto + 1);
  if (next == values.begin()) return;
  values.erase(values.begin(), std::prev(next));
  std::string_view content;
  const auto& [first, value] = *values.begin();
  const auto count = read_effects_header(value, content);
  if (count && first + *count <= upto + 1) values.erase(values.begin());
}

uint64_t bytes_of(const std::map<uint64_t, std::string>& values) {
  uint64_t bytes = 0;
  for (const auto& [number, value] : values) bytes += sizeof(number) + value.size();
  return bytes;
}

}  // namespace

std::unique_ptr<MemoryLog> MemoryLog::clone() const {
  auto copy = std::make_unique<MemoryLog>(x_quarantine_entries_max);
  const std::lock_guard lock(x_mutex);
  copy->x_content = x_content;
  return copy;
}

Result<void> MemoryLog::append(const LogBatch& batch, Durability) {
  const std::lock_guard lock(x_mutex);
  for (const PartitionAppend& share : batch.partitions) {
    RK_ASSERT(to_index(share.partition) < limits::kPartitionsMax && !share.events.empty());
    Streams& streams = x_content.partitions[share.partition];
    RK_ASSERT(share.position == streams.end + 1);
    streams.end = share.position;
    streams.events.emplace(share.position, share.events);
    if (!share.changes.empty()) streams.changes[share.first_change] = share.changes;
    if (!share.sessions.empty()) streams.sessions[share.first_session] = share.sessions;
    if (!share.claims.empty()) streams.claims[share.first_claim] = share.claims;
  }
  for (const std::string_view entry : batch.quarantine) {
    x_content.quarantine.emplace(x_content.next_quarantine++, entry);
    if (x_content.quarantine.size() > x_quarantine_entries_max) {
      x_content.quarantine.erase(x_content.quarantine.begin());
    }
  }
  return {};
}

Result<uint64_t> MemoryLog::end(PartitionId partition) {
  const std::lock_guard lock(x_mutex);
  return x_content.partitions[partition].end;
}

Result<void> MemoryLog::read_events(std::span<const LogPosition> after, RecordVisitor visit) {
  for (const LogPosition& from : after) {
    Rows rows;
    {
      const std::lock_guard lock(x_mutex);
      const Values& events = x_content.partitions[from.partition].events;
      rows.assign(events.upper_bound(from.position), events.end());
    }
    for (const auto& [position, record] : rows) {
      if (!visit(from.partition, position, record)) return {};
    }
  }
  return {};
}

Result<void> MemoryLog::read_effects(Values Streams::*stream, PartitionId partition, uint64_t after,
                                     LogVisitor visit) {
  if (after == kLast) return {};
  Rows rows;
  {
    const std::lock_guard lock(x_mutex);
    const Streams& streams = x_content.partitions[partition];
    if (stream == &Streams::changes && after > 0 && after < streams.gone_changes) {
      return Error{ErrorCode::kGone, "change " + std::to_string(after + 1)};
    }
    const Values& values = streams.*stream;
    auto at = values.upper_bound(after + 1);
    if (at != values.begin()) --at;  // the value that holds after + 1 begins at it or before it
    for (; at != values.end(); ++at) {
      std::string_view content;
      const auto count = read_effects_header(at->second, content);
      if (!count) return count.error();
      if (at->first + *count > after + 1) rows.emplace_back(at->first, at->second);
    }
  }
  visit_all(rows, visit);
  return {};
}

Result<void> MemoryLog::read_changes(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(&Streams::changes, partition, after, visit);
}

Result<void> MemoryLog::read_sessions(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(&Streams::sessions, partition, after, visit);
}

Result<void> MemoryLog::read_claims(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(&Streams::claims, partition, after, visit);
}

Result<std::vector<QuarantineEntry>> MemoryLog::read_quarantine(uint64_t after, size_t limit) {
  const std::lock_guard lock(x_mutex);
  std::vector<QuarantineEntry> entries;
  auto at = x_content.quarantine.upper_bound(after);
  for (; at != x_content.quarantine.end() && entries.size() < limit; ++at) {
    auto entry = rekindle::read_quarantine(at->first, at->second);
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<void> MemoryLog::remove_quarantine(uint64_t id) {
  const std::lock_guard lock(x_mutex);
  if (x_content.quarantine.erase(id) == 0) {
    return Error{ErrorCode::kNotFound, "quarantine " + std::to_string(id)};
  }
  return {};
}

Result<void> MemoryLog::trim(std::span<const LogTrim> upto) {
  const std::lock_guard lock(x_mutex);
  for (const LogTrim& trim : upto) {
    Streams& streams = x_content.partitions[trim.partition];
    streams.events.erase(streams.events.begin(), streams.events.upper_bound(trim.position));
    drop_effects(streams.changes, trim.change);
    drop_effects(streams.sessions, trim.session);
    drop_effects(streams.claims, trim.claim);
    streams.gone_changes = std::max(streams.gone_changes, trim.change);
  }
  return {};
}

Result<void> MemoryLog::rewrite(LogRewriter& rewriter) {
  const std::lock_guard lock(x_mutex);
  std::string out;
  for (auto& [partition, streams] : x_content.partitions) {
    for (auto& [position, record] : streams.events) {
      if (rewriter.record(partition, position, record, out)) record = out;
    }
    for (auto& [first, value] : streams.changes) {
      if (rewriter.changes(partition, first, value, out)) value = out;
    }
    for (auto& [first, value] : streams.sessions) {
      if (rewriter.sessions(partition, first, value, out)) value = out;
    }
    for (auto& [first, value] : streams.claims) {
      if (rewriter.claims(partition, first, value, out)) value = out;
    }
  }
  for (auto at = x_content.quarantine.begin(); at != x_content.quarantine.end();) {
    auto entry = rekindle::read_quarantine(at->first, at->second);
    if (!entry) return entry.error();
    at = rewriter.drops(*entry) ? x_content.quarantine.erase(at) : std::next(at);
  }
  return {};
}

uint64_t MemoryLog::size_bytes() const {
  const std::lock_guard lock(x_mutex);
  uint64_t bytes = bytes_of(x_content.quarantine);
  for (const auto& [partition, streams] : x_content.partitions) {
    bytes += bytes_of(streams.events) + bytes_of(streams.changes) + bytes_of(streams.sessions) +
             bytes_of(streams.claims);
  }
  return bytes;
}

}  // namespace rekindle::state
