// Definitions that change while a partition works: see core/redefinition.h.
#include <algorithm>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "core/log_format.h"
#include "core/partition.h"
#include "core/state_format.h"

namespace rekindle {

Partition::MemberSet* Partition::future_members(AudienceVersion audience) {
  for (FutureMembers& future : x_future) {
    if (future.audience == audience) return &future.set;
  }
  return nullptr;
}

Result<void> Partition::begin_redefinition(const Rules& during, OperatorsCache& operators) {
  ByteWriter(x_record).fixed(RedefinitionStep::kBegin);
  encode_rules(during, x_record);
  x_rules = during;
  x_rules_changed = true;
  x_drop_future_rows = true;
  x_future.clear();
  for (const PendingRule& pending : during.pending) {
    if (during.is_evaluated(pending)) x_future.push_back({pending.rule.key(), {}});
  }
  // Whoever comes later is evaluated for everything with the first event.
  x_evaluation = {0, x_future.empty() ? 0 : x_state.next_number};
  return use(operators);
}

Result<void> Partition::evaluate_some(size_t most) {
  RK_ASSERT(is_evaluating());
  const auto left = static_cast<size_t>(x_evaluation.end - x_evaluation.next);
  const auto end = x_evaluation.next + static_cast<VisitorNumber>(std::min(left, most));
  return evaluate(x_evaluation.next, end);
}

Result<void> Partition::evaluate(VisitorNumber first, VisitorNumber end) {
  ByteWriter writer(x_record);
  writer.fixed(RedefinitionStep::kEvaluate);
  writer.varint(first);
  writer.varint(end);
  std::vector<VisitorNumber> numbers;
  for (VisitorNumber number = first; number < end; ++number) numbers.push_back(number);
  auto named = names_of(numbers);
  if (!named) return named.error();
  std::vector<VisitorKey> keys;
  for (const NamedVisitor& visitor : *named) {
    keys.push_back(visitor_key(visitor.site, visitor.name));
  }
  const size_t in_memory = x_cache.size();
  std::vector<VisitorKey> missing = keys;
  if (auto ahead = read_ahead(missing); !ahead) return ahead;
  std::vector<const CachedVisitor*> visitors;
  for (const VisitorKey key : keys) visitors.push_back(x_cache.find(key));
  begin_prefetch(visitors, Work::kAny);
  for (size_t i = 0; i < keys.size(); ++i) {
    prefetch_ahead(visitors, i, Work::kAny);
    CachedVisitor* const cached = x_cache.find(keys[i]);
    if (cached == nullptr) continue;
    evaluate_pending(*cached);
    if (!will_differ(cached->visitor) || x_prepared.size() >= limits::kPreparedNamesMax) continue;
    x_prepared.emplace((*named)[i].number, std::move((*named)[i]));
  }
  x_cache.drop_clean(in_memory);  // no one else asked for them
  x_evaluation.next = end;
  return {};
}

// A visitor that the pending rules do not change is not written again.
void Partition::evaluate_pending(CachedVisitor& cached) {
  const Site* const site = x_env.sites.find(cached.visitor.site);
  if (site == nullptr) return;
  if (cached.pending) encode_pending(cached);  // the checkpoint wants it as it was
  fire_visitor(cached, x_state.clock);
  Visitor& visitor = cached.visitor;
  const EventTime deadline = visitor.deadline;
  bool changed = drop_past_memberships(visitor);
  const size_t inside = visitor.memberships.size();
  Context context(visitor, *site, x_state.clock, ChangeReason::kDefinition, EventType::kNone, *this,
                  x_insights.find(visitor.site));
  for (const auto& op : *x_operators) op->on_deadline(context);
  changed = changed || visitor.memberships.size() != inside || visitor.deadline != deadline;
  if (changed) touch(cached);
  if (visitor.voice != nullptr) note_touched(visitor);
  rearm(cached);
}

// Whether the switch, if it came now, would tell of them.
bool Partition::will_differ(const Visitor& visitor) const {
  for (const FutureMembers& future : x_future) {
    const AudienceRule* const rule = x_rules.find(future.audience.id);
    const bool inside = rule != nullptr && visitor.membership(rule->key()) != nullptr;
    if (inside != (visitor.membership(future.audience) != nullptr)) return true;
  }
  return false;
}

// In force or being evaluated.
bool Partition::is_current(AudienceVersion audience) const {
  const auto is_it = [audience](const FutureMembers& one) { return one.audience == audience; };
  return x_rules.is_in_force(audience) || std::any_of(x_future.begin(), x_future.end(), is_it);
}

bool Partition::drop_past_memberships(Visitor& visitor) {
  const Membership* const end =
      std::remove_if(visitor.memberships.begin(), visitor.memberships.end(),
                     [this](const Membership& membership) { return !is_current(membership.of()); });
  if (end == visitor.memberships.end()) return false;
  visitor.memberships.erase(end, visitor.memberships.end());
  return true;
}

Result<void> Partition::switch_definitions(OperatorsCache& operators) {
  RK_ASSERT(!is_evaluating());
  ByteWriter(x_record).fixed(RedefinitionStep::kSwitch);
  const Rules during = std::move(x_rules);
  x_rules = switched(during);
  x_rules_changed = true;
  x_drop_future_rows = true;
  for (const PendingRule& pending : during.pending) {
    if (!pending.removes && !during.is_evaluated(pending)) continue;  // other words only
    MemberSet* const future = future_members(pending.rule.key());
    MemberSet after = future == nullptr ? MemberSet() : std::move(*future);
    after.changed = true;
    MemberSet& members = members_of(pending.rule.id);
    auto told = emit_difference(pending.rule, members.numbers, after.numbers);
    if (!told) return told;
    members = std::move(after);
  }
  x_future.clear();
  x_evaluation = {};
  x_prepared = {};
  return use(operators);
}

Result<void> Partition::emit_difference(const AudienceRule& rule, const Roaring& before,
                                        const Roaring& after) {
  const Roaring difference = before ^ after;
  std::vector<VisitorNumber> numbers(difference.cardinality());
  difference.toUint32Array(numbers.data());
  auto named = take_names(numbers);
  if (!named) return named.error();
  for (const NamedVisitor& visitor : *named) {
    Change change;
    change.audience = rule.id;
    change.definition_version = rule.version;
    change.entered = after.contains(visitor.number);
    change.reason = ChangeReason::kDefinition;
    change.at = x_state.clock;
    change.site = visitor.site;
    change.visitor = visitor_key(visitor.site, visitor.name);
    change.visitor_name = visitor.name;
    append_to_feed(change);
  }
  return {};
}

Result<std::vector<Partition::NamedVisitor>> Partition::take_names(
    const std::vector<VisitorNumber>& numbers) {
  std::vector<NamedVisitor> named;
  named.reserve(numbers.size());
  std::vector<VisitorNumber> missing;
  for (const VisitorNumber number : numbers) {
    const auto prepared = x_prepared.find(number);
    if (prepared != x_prepared.end()) {
      named.push_back(prepared->second);  // a copy: several audiences may want it
    } else {
      missing.push_back(number);
    }
  }
  if (missing.empty()) return named;
  auto found = names_of(missing);
  if (!found) return found.error();
  const auto middle = named.insert(named.end(), std::move_iterator(found->begin()),
                                   std::move_iterator(found->end()));
  std::inplace_merge(named.begin(), middle, named.end(),
                     [](const auto& a, const auto& b) { return a.number < b.number; });
  return named;
}

Result<void> Partition::replay_redefinition(std::string_view content, OperatorsCache& operators) {
  const Error corrupt{ErrorCode::kCorruptRecord, "a logged redefinition"};
  ByteReader reader(content);
  switch (reader.fixed<RedefinitionStep>()) {
    case RedefinitionStep::kBegin: {
      auto during = decode_rules(reader.raw(reader.left()));
      if (!during) return during.error();
      return begin_redefinition(*during, operators);
    }
    case RedefinitionStep::kEvaluate: {
      const uint64_t first = reader.varint();
      const uint64_t end = reader.varint();
      if (!reader.ok() || first != x_evaluation.next || end > x_evaluation.end) return corrupt;
      return evaluate(static_cast<VisitorNumber>(first), static_cast<VisitorNumber>(end));
    }
    case RedefinitionStep::kSwitch: return switch_definitions(operators);
  }
  return corrupt;
}

// --- with the checkpoint

void Partition::save_evaluation() {
  std::string row;
  std::string value;
  state_format::append_partition_row(x_id, 'h', row);
  if (x_drop_future_rows) {
    std::string end;
    state_format::append_partition_row(x_id, 'i', end);
    x_batch.remove_range(Table::kPartitions, row, end);
    row.back() = 's';
    x_batch.remove(Table::kPartitions, row);
  }
  if (!x_future.empty() || !x_rules.pending.empty()) {
    row.back() = 's';
    ByteWriter writer(value);
    writer.varint(x_evaluation.next);
    writer.varint(x_evaluation.end);
    x_batch.put(Table::kPartitions, row, value);
  }
  for (FutureMembers& future : x_future) {
    if (!future.set.changed && !x_drop_future_rows) continue;
    future.set.changed = false;
    row.resize(2);
    row.push_back('h');
    append_big_endian(row, to_index(future.audience.id));
    append_big_endian(row, future.audience.version);
    save_set(future.set, row);
  }
  x_drop_future_rows = false;
}

}  // namespace rekindle
