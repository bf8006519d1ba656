// Forgetting a visitor in their partition: in memory at once, in the state store with the next
// checkpoint. What is in the logs is for core/log_eraser.h.
#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/event_format.h"
#include "core/partition.h"
#include "core/state_format.h"

namespace rekindle {

bool Partition::is_erased(VisitorKey key) const {
  const auto is_it = [key](const ErasedVisitor& erased) { return erased.key == key; };
  return std::any_of(x_erased.begin(), x_erased.end(), is_it) ||
         std::any_of(x_erasing.begin(), x_erasing.end(), is_it);
}

bool Partition::is_erased(VisitorNumber number) const {
  const auto is_it = [number](const ErasedVisitor& erased) { return erased.number == number; };
  return std::any_of(x_erased.begin(), x_erased.end(), is_it) ||
         std::any_of(x_erasing.begin(), x_erasing.end(), is_it);
}

Result<std::optional<ErasureTarget>> Partition::erasure_target(SiteId site, std::string_view name) {
  const VisitorKey key = visitor_key(site, name);
  const auto found = find(key);
  if (!found) return found.error();
  if (*found == nullptr || (*found)->visitor.name != name || (*found)->visitor.site != site) {
    return std::optional<ErasureTarget>();
  }
  VisitorKey next{UINT64_MAX, UINT64_MAX};
  if (const VisitorKey* const cached = x_cache.next_above(key)) next = *cached;
  std::string row;
  state_format::append_visitor(x_id, key, row);
  auto read = x_env.store.scan(Table::kVisitors, row, state_format::partition_end(x_id),
                               [&](std::string_view stored, std::string_view) {
                                 const VisitorKey other = state_format::visitor_of(stored);
                                 if (other == key) return true;
                                 next = std::min(next, other);
                                 return false;
                               });
  if (!read) return read.error();
  return std::optional(ErasureTarget{(*found)->visitor.number, key, stand_in_for(key, next)});
}

Result<ErasureTarget> Partition::retention_target(const CachedVisitor& cached) {
  const Visitor& visitor = cached.visitor;
  const ErasureTarget plain{visitor.number, visitor.key, {}};
  if (x_state.fired.key != visitor.key && !x_insights.names(visitor.key)) return plain;
  auto target = erasure_target(visitor.site, visitor.name);
  if (!target) return target.error();
  return target->value_or(plain);
}

void Partition::erase(const ErasureTarget& target, std::vector<std::string> deadlines) {
  ByteWriter writer(x_record);
  writer.varint(target.number);
  writer.fixed(target.stand_in.high);
  writer.fixed(target.stand_in.low);
  CachedVisitor* const cached = x_cache.find(target.key);
  RK_ASSERT(cached != nullptr);
  erase(*cached, target, std::move(deadlines));
}

void Partition::erase(CachedVisitor& cached, const ErasureTarget& target,
                      std::vector<std::string> deadlines) {
  if (cached.pending) encode_pending(cached);  // the checkpoint wants it as it was
  Visitor& visitor = cached.visitor;
  drop_past_memberships(visitor);
  if (const Site* const site = x_env.sites.find(visitor.site)) {
    Context context(visitor, *site, x_state.clock, ChangeReason::kErased, EventType::kNone, *this,
                    x_insights.find(visitor.site));
    while (!visitor.memberships.empty()) {
      context.set_member(visitor.memberships[visitor.memberships.size() - 1].of(), false);
    }
  }
  if (x_views != 0 && visitor.lifetime.orders > 0) {
    const Lifetime before = std::exchange(visitor.lifetime, Lifetime{});
    note_customer(visitor, before, x_views);
  }
  if (x_insights.replace_key(target.key, target.stand_in)) x_insights_changed = true;
  if (x_state.fired.key == target.key) x_state.fired.key = target.stand_in;
  x_deadlines.forget(target.key, deadlines);
  x_prepared.erase(target.number);
  set_voice(visitor, nullptr);
  ++x_state.erased;
  x_erased.push_back({target.number, target.key, std::move(deadlines)});
  drop_pointers_to(cached);
  x_cache.remove(cached);
}

void Partition::drop_pointers_to(CachedVisitor& cached) {
  std::erase(x_dirty, &cached);
  std::replace(x_encoding.begin(), x_encoding.end(), &cached, static_cast<CachedVisitor*>(nullptr));
  std::replace(x_unsaved.begin(), x_unsaved.end(), &cached, static_cast<CachedVisitor*>(nullptr));
}

// Where the log was cleared since, the visitor never was.
Result<void> Partition::replay_erasure(std::string_view content) {
  x_record.append(content);
  ByteReader reader(content);
  std::vector<ErasureTarget> targets;
  absl::flat_hash_set<VisitorKey> keys;
  while (reader.ok() && !reader.at_end()) {
    ErasureTarget target;
    target.number = static_cast<VisitorNumber>(reader.varint());
    target.stand_in.high = reader.fixed<uint64_t>();
    target.stand_in.low = reader.fixed<uint64_t>();
    const VisitorNumber numbers[] = {target.number};
    const auto named = names_of(numbers);
    if (!named) return named.error();
    if (named->empty()) continue;
    target.key = visitor_key(named->front().site, named->front().name);
    keys.insert(target.key);
    targets.push_back(target);
  }
  if (!reader.ok()) return Error{ErrorCode::kCorruptRecord, "a logged erasure"};
  if (targets.empty()) return {};
  auto deadlines = Deadlines::stored(x_env.store, x_id, keys);
  if (!deadlines) return deadlines.error();
  for (const ErasureTarget& target : targets) {
    const auto cached = find(target.key);
    if (!cached) return cached.error();
    if (*cached == nullptr) return Error{ErrorCode::kCorruptRecord, "a logged erasure: nobody"};
    erase(**cached, target, std::move((*deadlines)[target.key]));
  }
  return {};
}

// The number was theirs and stays taken.
void Partition::apply_erased(std::string_view event_record) {
  if (x_event_clock) x_state.clock = std::max(x_state.clock, event_record_at(event_record));
  ++x_events_since;
  const VisitorNumber number = erased_event_number(event_record);
  if (number < x_state.next_number) return;
  x_state.next_number = number + 1;
  ++x_state.erased;
  x_unsaved.push_back(nullptr);
}

void Partition::save_erased() {
  std::string row;
  for (const ErasedVisitor& erased : x_erased) {
    row.clear();
    state_format::append_visitor(x_id, erased.key, row);
    x_batch.remove(Table::kVisitors, row);
    row.clear();
    state_format::append_number(x_id, erased.number, row);
    x_batch.remove(Table::kNames, row);
    for (const std::string& deadline : erased.deadlines) {
      x_batch.remove(Table::kDeadlines, deadline);
    }
  }
  x_erasing = std::move(x_erased);
  x_erased.clear();
}

}  // namespace rekindle
