#include "core/partition.h"

#include <algorithm>

#include "core/assert.h"
#include "core/event_format.h"
#include "core/prefetch.h"
#include "core/state_format.h"
#include "core/visitor_format.h"

namespace rekindle {

Partition::Partition(PartitionId id, const Environment& environment)
    : x_id(id), x_env(environment), x_deadlines(id, environment.store) {
  reset_effects();
}

const Roaring* Partition::members(AudienceId audience) const {
  const auto index = to_index(audience);
  return index < x_members.size() ? &x_members[index].numbers : nullptr;
}

std::string_view Partition::recent_name(VisitorNumber number) const {
  const size_t index = number - x_first_unsaved;
  return number >= x_first_unsaved && index < x_unsaved.size()
             ? std::string_view(x_unsaved[index]->visitor.name)
             : std::string_view();
}

// --- reading visitors
// ------------------------------------------------------------------------------

Result<void> Partition::insert_stored(VisitorKey key, std::string_view value) {
  if (x_cache.find(key) != nullptr) return {};  // the same key was asked for twice
  Visitor visitor;
  visitor.key = key;
  if (auto decoded = decode_visitor(value, visitor); !decoded) return decoded;
  CachedVisitor& cached = x_cache.insert(key);
  cached.visitor = std::move(visitor);
  cached.armed = cached.visitor.deadline;  // Deadlines' invariant: an entry exists by then
  x_cache.recount(cached);
  x_env.counters.cold_reads.fetch_add(1, std::memory_order_relaxed);
  return {};
}

Result<void> Partition::read_ahead(std::vector<VisitorKey>& keys) {
  std::erase_if(keys, [this](VisitorKey key) { return x_cache.find(key) != nullptr; });
  if (keys.empty()) return {};
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::string rows;
  for (const VisitorKey key : keys) state_format::append_visitor(x_id, key, rows);
  std::vector<std::string_view> row_views;
  row_views.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    row_views.push_back(std::string_view(rows).substr(i * state_format::kVisitorKeyBytes,
                                                      state_format::kVisitorKeyBytes));
  }
  Result<void> outcome;
  auto read =
      x_env.store.multi_get(Table::kVisitors, row_views, [&](size_t index, std::string_view value) {
        auto inserted = insert_stored(keys[index], value);
        if (!inserted && outcome) outcome = inserted;
      });
  return read ? outcome : read;
}

Result<CachedVisitor*> Partition::find(VisitorKey key) {
  if (CachedVisitor* cached = x_cache.find(key)) return cached;
  std::vector<VisitorKey> keys{key};
  if (auto read = read_ahead(keys); !read) return read.error();
  return x_cache.find(key);
}

CachedVisitor& Partition::find_or_create(const Event& event) {
  if (CachedVisitor* known = x_cache.find(event.visitor)) return *known;
  CachedVisitor& cached = x_cache.insert(event.visitor);
  cached.visitor.site = event.site;
  cached.visitor.name = event.visitor_name;
  cached.visitor.number = x_state.next_number++;
  x_unsaved.push_back(&cached);
  x_env.counters.visitors.fetch_add(1, std::memory_order_relaxed);
  return cached;
}

// --- deadlines
// -------------------------------------------------------------------------------------

void Partition::touch(CachedVisitor& cached) {
  cached.referenced = true;
  if (cached.pending) encode_pending(cached);  // the checkpoint wants it as it was
  if (cached.dirty) return;
  cached.dirty = true;
  x_dirty.push_back(&cached);
}

void Partition::rearm(CachedVisitor& cached) {
  if (cached.visitor.deadline >= cached.armed) return;
  cached.armed = cached.visitor.deadline;
  x_deadlines.arm(cached.armed, cached.visitor.key);
}

void Partition::fire_visitor(CachedVisitor& cached, EventTime until) {
  Visitor& visitor = cached.visitor;
  const Site* site = x_env.sites.find(visitor.site);
  while (visitor.deadline <= until && site != nullptr) {
    touch(cached);
    const EventTime at = visitor.deadline;
    visitor.deadline = EventTime::never();
    Context context(visitor, *site, at, ChangeReason::kDeadline, EventType::kNone, *this);
    for (const auto& op : *x_operators) op->on_deadline(context);
    RK_ASSERT(visitor.deadline > at);
    x_env.counters.fires.fetch_add(1, std::memory_order_relaxed);
  }
}

Result<void> Partition::fire(const FireBound& bound) {
  if (bound.time == EventTime::before_all()) return {};
  if (auto read = x_deadlines.advance(bound.time); !read) return read;
  std::vector<VisitorKey> keys;
  for (const FireBound& entry : x_deadlines.near()) {
    if (entry > bound) break;
    keys.push_back(entry.key);
  }
  if (auto read = read_ahead(keys); !read) return read;
  FireBound entry;
  while (x_deadlines.pop(bound, entry)) {
    auto found = find(entry.key);
    if (!found) return found.error();
    CachedVisitor* cached = found.value();
    if (cached == nullptr) continue;  // forgotten since
    if (cached->visitor.deadline > entry.time) {
      x_env.counters.stale_fires.fetch_add(1, std::memory_order_relaxed);
    } else {
      // One instant only: later ones of this visitor take their turn in the order of (time, key).
      fire_visitor(*cached, entry.time);
    }
    cached->armed = EventTime::never();  // this entry is gone; a later one may or may not exist
    rearm(*cached);
  }
  x_state.fired = std::max(x_state.fired, bound);
  return {};
}

// --- one record
// ------------------------------------------------------------------------------------

void Partition::reset_effects() {
  x_changes.assign(kEffectsHeaderBytes, '\0');
  x_sessions.assign(kEffectsHeaderBytes, '\0');
  x_change_count = 0;
  x_session_count = 0;
}

Result<void> Partition::begin(RecordKind kind, EventTime now, bool event_clock, size_t fires_max) {
  RecordHeader header;
  header.kind = kind;
  header.event_clock = event_clock;
  header.now = std::max(now, x_state.clock);
  if (auto read = x_deadlines.advance(header.now); !read) return read;
  header.fire = x_deadlines.bound(header.now, fires_max);
  x_record.clear();
  append_record_header(header, x_record);
  reset_effects();
  x_event_clock = event_clock;
  x_state.clock = header.now;
  return fire(header.fire);
}

Result<Partition::Applied> Partition::apply(std::string_view event_record, CachedVisitor* known) {
  x_record.append(event_record);
  if (auto read = read_event(event_record, x_event); !read) return read.error();
  if (x_event_clock) x_state.clock = std::max(x_state.clock, x_event.at);
  ++x_events_since;
  CachedVisitor& cached = known != nullptr ? *known : find_or_create(x_event);
  Visitor& visitor = cached.visitor;
  if (visitor.name != x_event.visitor_name || visitor.site != x_event.site) {
    return Applied::kCollision;
  }
  const Site* site = x_env.sites.find(x_event.site);
  if (site == nullptr) {
    return Error{ErrorCode::kUnknownSite, "a logged event's site is not configured any more"};
  }

  touch(cached);
  fire_visitor(cached, x_state.clock);
  Context context(visitor, *site, x_state.clock, ChangeReason::kEvent, x_event.type, *this);
  for (const auto& op : *x_operators) {
    op->on_event(x_event, context);
    if (x_event.is_duplicate) break;
  }
  rearm(cached);
  return x_event.is_duplicate ? Applied::kDuplicate : Applied::kDone;
}

PartitionAppend Partition::finish() {
  PartitionAppend append;
  append.partition = x_id;
  append.position = ++x_state.position;
  append.events = x_record;
  append.first_change = x_state.change_seq - x_change_count + 1;
  append.first_session = x_state.session_seq - x_session_count + 1;
  if (x_change_count > 0) {
    write_effects_header(x_change_count, x_changes.data());
    append.changes = x_changes;
  }
  if (x_session_count > 0) {
    write_effects_header(x_session_count, x_sessions.data());
    append.sessions = x_sessions;
  }
  return append;
}

void Partition::add_change(const Change& change, VisitorNumber number) {
  ByteWriter writer(x_changes);
  append_change(change, writer);
  ++x_change_count;
  ++x_state.change_seq;
  const auto index = to_index(change.audience);
  if (index >= x_members.size()) x_members.resize(index + 1u);
  MemberSet& set = x_members[index];
  set.changed = true;
  if (change.entered) {
    set.numbers.add(number);
  } else {
    set.numbers.remove(number);
  }
}

void Partition::add_session(const ClosedSession& session) {
  ByteWriter writer(x_sessions);
  append_session(session, writer);
  ++x_session_count;
  ++x_state.session_seq;
}

// --- rules
// -----------------------------------------------------------------------------------------

Result<void> Partition::use(OperatorsCache& operators) {
  auto made = operators.get(x_rules);
  if (!made) return made.error();
  x_operators = made.value();
  return {};
}

Result<void> Partition::change_rules(const Rules& rules, OperatorsCache& operators) {
  encode_rules(rules, x_record);
  x_rules = rules;
  x_rules_changed = true;
  if (auto made = use(operators); !made) return made;
  return sweep();
}

Result<void> Partition::sweep() {
  std::vector<VisitorKey> keys;
  x_cache.for_each([&](CachedVisitor& cached) { keys.push_back(cached.visitor.key); });
  std::string begin;
  state_format::append_partition(x_id, begin);
  auto read = x_env.store.scan(Table::kVisitors, begin, state_format::partition_end(x_id),
                               [&](std::string_view row, std::string_view) {
                                 keys.push_back(state_format::visitor_of(row));
                                 return true;
                               });
  if (!read) return read;
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());

  constexpr size_t kPortion = 1'024;
  for (size_t at = 0; at < keys.size(); at += kPortion) {
    const size_t end = std::min(keys.size(), at + kPortion);
    std::vector<VisitorKey> portion(keys.begin() + static_cast<std::ptrdiff_t>(at),
                                    keys.begin() + static_cast<std::ptrdiff_t>(end));
    if (auto ahead = read_ahead(portion); !ahead) return ahead;
    for (size_t i = at; i < end; ++i) {
      CachedVisitor& cached = *x_cache.find(keys[i]);
      const Site* site = x_env.sites.find(cached.visitor.site);
      if (site == nullptr) continue;
      touch(cached);
      fire_visitor(cached, x_state.clock);
      Context context(cached.visitor, *site, x_state.clock, ChangeReason::kDefinition,
                      EventType::kNone, *this);
      for (const auto& op : *x_operators) op->on_deadline(context);
      rearm(cached);
    }
  }
  return {};
}

// --- recovery
// --------------------------------------------------------------------------------------

Result<void> Partition::load() {
  std::string begin;
  state_format::append_partition(x_id, begin);
  Result<void> outcome;
  auto read = x_env.store.scan(
      Table::kPartitions, begin, state_format::partition_end(x_id),
      [&](std::string_view row, std::string_view value) {
        switch (row[2]) {
          case 'c': {
            auto decoded = decode_checkpoint(value);
            if (!decoded) return outcome = decoded.error(), false;
            x_state = decoded.value();
            break;
          }
          case 'r': {
            auto decoded = decode_rules(value);
            if (!decoded) return outcome = decoded.error(), false;
            x_rules = std::move(decoded.value());
            break;
          }
          case 'm': {
            const auto index = read_big_endian<uint16_t>(row.data() + 3);
            if (index >= x_members.size()) x_members.resize(index + 1u);
            x_members[index].numbers = Roaring::readSafe(value.data(), value.size());
            break;
          }
          default: return outcome = Error{ErrorCode::kCorruptRecord, "partition row"}, false;
        }
        return true;
      });
  if (!read) return read;
  if (!outcome) return outcome;
  x_first_unsaved = x_state.next_number;
  x_checkpoint_position = x_state.position;
  x_env.counters.visitors.fetch_add(x_state.next_number, std::memory_order_relaxed);
  return {};
}

Result<void> Partition::visitors_of(std::string_view record, std::vector<VisitorKey>& keys) {
  std::string_view content;
  auto header = read_record_header(record, content);
  if (!header) return header.error();
  if (header.value().kind != RecordKind::kEvents) return {};
  while (!content.empty()) {
    const size_t size = event_record_size(content);
    if (size == 0) return Error{ErrorCode::kCorruptRecord, "a logged event is cut"};
    keys.push_back(event_record_visitor(content));
    content.remove_prefix(size);
  }
  return {};
}

Result<void> Partition::replay(uint64_t position, std::string_view record,
                               OperatorsCache& operators) {
  if (position != x_state.position + 1) {
    return Error{ErrorCode::kCorruptRecord, "the event log has a gap"};
  }
  std::string_view content;
  auto header = read_record_header(record, content);
  if (!header) return header.error();
  reset_effects();
  x_record.clear();
  x_event_clock = header.value().event_clock;
  x_state.clock = header.value().now;
  if (auto fired = fire(header.value().fire); !fired) return fired;
  if (header.value().kind == RecordKind::kRules) {
    auto rules = decode_rules(content);
    if (!rules) return rules.error();
    if (auto changed = change_rules(rules.value(), operators); !changed) return changed;
  }
  if (header.value().kind == RecordKind::kEvents) {
    while (!content.empty()) {
      const size_t size = event_record_size(content);
      if (size == 0) return Error{ErrorCode::kCorruptRecord, "a logged event is cut"};
      auto applied = apply(content.substr(0, size));
      if (!applied) return applied.error();
      content.remove_prefix(size);
    }
  }
  x_replayed = finish();
  return {};
}

// --- checkpoints
// -----------------------------------------------------------------------------------

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
  for (size_t index = 0; index < x_members.size(); ++index) {
    MemberSet& set = x_members[index];
    if (!set.changed) continue;
    set.changed = false;
    row.clear();
    state_format::append_partition_row(x_id, 'm', row);
    append_big_endian(row, static_cast<uint16_t>(index));
    set.numbers.runOptimize();
    value.resize(set.numbers.getSizeInBytes());
    set.numbers.write(value.data());
    x_batch.put(Table::kPartitions, row, value);
  }
  x_saving = x_unsaved.size();
  for (size_t i = 0; i < x_saving; ++i) {
    const Visitor& visitor = x_unsaved[i]->visitor;
    row.clear();
    state_format::append_number(x_id, visitor.number, row);
    value.assign(reinterpret_cast<const char*>(&visitor.site), sizeof(visitor.site));
    value.append(visitor.name);
    x_batch.put(Table::kNames, row, value);
  }
  x_deadlines.save(x_state.fired, x_batch);
}

void Partition::encode_pending(CachedVisitor& cached) {
  cached.pending = false;
  cached.in_flight = true;
  x_row.clear();
  state_format::append_visitor(x_id, cached.visitor.key, x_row);
  x_scratch.clear();
  encode_visitor(cached.visitor, x_scratch);
  x_batch.put(Table::kVisitors, x_row, x_scratch);
  x_cache.recount(cached);
}

bool Partition::encode_slice(size_t bytes) {
  const size_t start = x_batch.bytes();
  const std::span<const CachedVisitor* const> visitors(x_encoding);
  begin_prefetch(visitors.subspan(x_encoded));
  for (; x_encoded < x_encoding.size() && x_batch.bytes() - start < bytes; ++x_encoded) {
    prefetch_ahead(visitors, x_encoded);
    if (!x_encoding[x_encoded]->pending) continue;  // was touched, and encoded then
    encode_pending(*x_encoding[x_encoded]);
  }
  return x_encoded == x_encoding.size();
}

StateBatch Partition::take_batch() {
  return std::move(x_batch);
}

void Partition::checkpoint_written() {
  for (CachedVisitor* cached : x_encoding) cached->in_flight = false;
  x_encoding.clear();
  x_deadlines.saved();
  x_first_unsaved += static_cast<VisitorNumber>(x_saving);
  x_unsaved.erase(x_unsaved.begin(), x_unsaved.begin() + static_cast<std::ptrdiff_t>(x_saving));
  x_saving = 0;
  x_checkpoint_position = x_capture_position;
  x_checkpointing = false;
}

}  // namespace rekindle
