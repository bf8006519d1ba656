#include "core/partition.h"

#include <algorithm>

#include "core/assert.h"
#include "core/companions.h"
#include "core/event_format.h"
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

SetChecksum Partition::checksum(AudienceId audience) const {
  const auto index = to_index(audience);
  return index < x_members.size() ? x_members[index].checksum : SetChecksum();
}

std::string_view Partition::recent_name(VisitorNumber number) const {
  const size_t index = number - x_first_unsaved;
  return number >= x_first_unsaved && index < x_unsaved.size() && x_unsaved[index] != nullptr
             ? std::string_view(x_unsaved[index]->visitor.name)
             : std::string_view();
}

// --- reading visitors

Result<void> Partition::insert_stored(VisitorKey key, std::string_view value) {
  if (x_cache.find(key) != nullptr) return {};  // the same key was asked for twice
  if (is_erased(key)) return {};
  Visitor visitor;
  visitor.key = key;
  const auto decoded = decode_visitor(value, visitor);
  if (!decoded) return decoded.error();
  CachedVisitor& cached = x_cache.insert(key);
  cached.row = VisitorRow(*decoded);
  cached.visitor = std::move(visitor);
  cached.armed = cached.visitor.deadline;  // Deadlines' invariant: an entry exists by then
  x_cache.recount(cached);
  bump(x_env.counters.cold_reads);
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
  if (x_env.companions != nullptr && x_env.companions->any()) x_newcomers.push_back(event.visitor);
  bump(x_env.counters.visitors);
  return cached;
}

// --- deadlines

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
    Context context(visitor, *site, at, ChangeReason::kDeadline, EventType::kNone, *this,
                    x_insights.find(visitor.site));
    for (const auto& op : *x_operators) op->on_deadline(context);
    RK_ASSERT(visitor.deadline > at);
    bump(x_env.counters.fires);
    if (visitor.voice != nullptr && visitor.voice->due <= at) note_touched(visitor);
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
      bump(x_env.counters.stale_fires);
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

void Partition::reset_effects() {
  x_changes.assign(kEffectsHeaderBytes, '\0');
  x_sessions.assign(kEffectsHeaderBytes, '\0');
  x_claims.assign(kEffectsHeaderBytes, '\0');
  x_change_count = 0;
  x_session_count = 0;
  x_claim_count = 0;
  x_tally_changes.clear();  // of a replay; others were handed over after their commit
  x_touched.clear();        // the same
  x_newcomers.clear();      // the same
}

Result<void> Partition::begin(RecordKind kind, EventTime now, bool event_clock, size_t fires_max) {
  RecordHeader header;
  header.kind = kind;
  header.event_clock = event_clock;
  header.now = std::max(now, x_state.clock);
  if (fires_max > 0) {
    if (auto read = x_deadlines.advance(header.now); !read) return read;
    header.fire = x_deadlines.bound(header.now, fires_max);
  }
  x_record.clear();
  append_record_header(header, x_record);
  reset_effects();
  x_event_clock = event_clock;
  x_state.clock = header.now;
  return fire(header.fire);
}

Result<Partition::Applied> Partition::apply(std::string_view event_record, CachedVisitor* known) {
  x_record.append(event_record);
  if (is_erased_event(event_record)) return apply_erased(event_record), Applied::kDuplicate;
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
  const bool counts = x_views != 0 && changes_totals(x_event.type);
  const Lifetime before = counts ? visitor.lifetime : Lifetime{};
  Context context(visitor, *site, x_state.clock, ChangeReason::kEvent, x_event.type, *this,
                  x_insights.find(visitor.site));
  for (const auto& op : *x_operators) {
    op->on_event(x_event, context);
    if (x_event.is_duplicate || x_event.is_consumed) break;
  }
  x_cache.add_bytes(cached, cached.row.note(x_event, x_scratch));
  if (visitor.voice != nullptr) note_touched(visitor);
  rearm(cached);
  if (counts) note_customer(visitor, before, x_views);
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
  append.first_claim = x_state.claim_seq - x_claim_count + 1;
  if (x_claim_count > 0) {
    write_effects_header(x_claim_count, x_claims.data());
    append.claims = x_claims;
  }
  return append;
}

Partition::MemberSet& Partition::members_of(AudienceId audience) {
  const auto index = to_index(audience);
  if (index >= x_members.size()) x_members.resize(index + 1u);
  return x_members[index];
}

void Partition::append_to_feed(const Change& change) {
  ByteWriter writer(x_changes);
  append_change(change, writer);
  ++x_change_count;
  ++x_state.change_seq;
}

void Partition::add_change(const Change& change, VisitorNumber number) {
  const AudienceVersion audience{change.audience, change.definition_version};
  const bool is_consent = change.reason == ChangeReason::kConsent;
  if (is_consent && !x_rules.is_in_force(audience)) return;  // nobody heard of it, or does any more
  MemberSet* const future = future_members(audience);
  if (future == nullptr) append_to_feed(change);
  if (is_consent) return;  // a member stays one
  MemberSet& set = future != nullptr ? *future : members_of(change.audience);
  set.changed = true;
  const bool differs =
      change.entered ? set.numbers.addChecked(number) : set.numbers.removeChecked(number);
  if (differs) set.checksum.toggle(change.visitor);
}

void Partition::add_session(const ClosedSession& session) {
  ByteWriter writer(x_sessions);
  append_session(session, writer);
  ++x_session_count;
  ++x_state.session_seq;
}

void Partition::add_claim(const Claim& claim) {
  ByteWriter writer(x_claims);
  append_claim(claim, writer);
  ++x_claim_count;
  ++x_state.claim_seq;
}

}  // namespace rekindle
