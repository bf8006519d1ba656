// How a partition is saved beside live traffic; see core/checkpointer.h.
#include "core/partition.h"

#include "core/assert.h"
#include "core/prefetch.h"
#include "core/state_format.h"
#include "core/visitor_format.h"

namespace rekindle {

void Partition::begin_checkpoint() {
  RK_ASSERT(!x_checkpointing);
  x_checkpointing = true;
  x_events_since = 0;
  x_capture_position = x_state.position;
  x_encoding = std::move(x_dirty);
  x_dirty.clear();
  x_encoded = 0;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < x_encoding.size(); ++i) {
    if (i + kAhead < x_encoding.size()) prefetch_line(&x_encoding[i + kAhead]->dirty);
    x_encoding[i]->dirty = false;
    x_encoding[i]->pending = true;
  }
  x_batch = StateBatch();
  save_erased();  // first: a visitor of the same name may have come since
  std::string row;
  std::string value;
  state_format::append_partition_row(x_id, 'c', row);
  encode_checkpoint(x_state, value);
  x_batch.put(Table::kPartitions, row, value);
  if (x_rules_changed) {
    row.back() = 'r';
    value.clear();
    encode_rules(x_rules, value);
    x_batch.put(Table::kPartitions, row, value);
    x_rules_changed = false;
  }
  if (x_insights_changed) {
    row.back() = 'i';
    value.clear();
    encode_insights(x_insights.sites(), value);
    x_batch.put(Table::kPartitions, row, value);
    x_insights_changed = false;
  }
  save_tallies();
  for (size_t index = 0; index < x_members.size(); ++index) {
    MemberSet& set = x_members[index];
    if (!set.changed) continue;
    set.changed = false;
    row.clear();
    state_format::append_partition_row(x_id, 'm', row);
    append_big_endian(row, static_cast<uint16_t>(index));
    save_set(set, row);
  }
  if (x_voices.changed) {
    x_voices.changed = false;
    row.clear();
    state_format::append_partition_row(x_id, 'v', row);
    save_set(x_voices, row);
  }
  save_evaluation();
  x_saving = x_unsaved.size();
  for (size_t i = 0; i < x_saving; ++i) {
    if (x_unsaved[i] == nullptr) continue;
    const Visitor& visitor = x_unsaved[i]->visitor;
    row.clear();
    state_format::append_number(x_id, visitor.number, row);
    value.assign(reinterpret_cast<const char*>(&visitor.site), sizeof(visitor.site));
    value.append(visitor.name);
    x_batch.put(Table::kNames, row, value);
  }
  x_deadlines.save(x_state.fired, x_batch);
}

void Partition::save_set(MemberSet& set, std::string_view row) {
  set.numbers.removeRunCompression();  // or the bytes would depend on when it was saved before
  set.numbers.runOptimize();
  std::string value;
  append_big_endian(value, set.checksum.high);
  append_big_endian(value, set.checksum.low);
  value.resize(state_format::kChecksumBytes + set.numbers.getSizeInBytes());
  set.numbers.write(value.data() + state_format::kChecksumBytes);
  x_batch.put(Table::kPartitions, row, value);
}

void Partition::encode_pending(CachedVisitor& cached) {
  cached.pending = false;
  cached.in_flight = true;
  x_row.clear();
  state_format::append_visitor(x_id, cached.visitor.key, x_row);
  x_scratch.clear();
  if (cached.row.save(cached.visitor, x_scratch)) {
    x_batch.append(Table::kVisitors, x_row, x_scratch);
  } else {
    x_batch.put(Table::kVisitors, x_row, x_scratch);
  }
  x_cache.recount(cached);
}

bool Partition::encode_slice(size_t bytes) {
  const size_t start = x_batch.bytes();
  const std::span<const CachedVisitor* const> visitors(x_encoding);
  begin_prefetch(visitors.subspan(x_encoded), Work::kSave);
  for (; x_encoded < x_encoding.size() && x_batch.bytes() - start < bytes; ++x_encoded) {
    prefetch_ahead(visitors, x_encoded, Work::kSave);
    if (x_encoding[x_encoded] == nullptr) continue;
    if (!x_encoding[x_encoded]->pending) continue;  // was touched, and encoded then
    encode_pending(*x_encoding[x_encoded]);
  }
  return x_encoded == x_encoding.size();
}

StateBatch Partition::take_batch() {
  return std::move(x_batch);
}

void Partition::checkpoint_written() {
  for (CachedVisitor* cached : x_encoding) {
    if (cached == nullptr) continue;
    cached->in_flight = false;
    if (cached->misplaced && !cached->is_busy()) x_cache.repack(*cached);
  }
  x_erasing.clear();
  x_encoding.clear();
  x_deadlines.saved();
  x_first_unsaved += static_cast<VisitorNumber>(x_saving);
  x_unsaved.erase(x_unsaved.begin(), x_unsaved.begin() + static_cast<std::ptrdiff_t>(x_saving));
  x_saving = 0;
  x_checkpoint_position = x_capture_position;
  x_checkpointing = false;
}

}  // namespace rekindle
