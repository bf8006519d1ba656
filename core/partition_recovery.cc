// A partition after a start: its checkpoint, then the log behind it.
#include "core/partition.h"

#include "core/event_format.h"
#include "core/state_format.h"

namespace rekindle {

Result<void> Partition::load_set(std::string_view value, MemberSet& set) {
  if (value.size() <= state_format::kChecksumBytes) {
    return Error{ErrorCode::kCorruptRecord, "member set"};
  }
  set.checksum = {read_big_endian<uint64_t>(value.data()),
                  read_big_endian<uint64_t>(value.data() + 8)};
  value.remove_prefix(state_format::kChecksumBytes);
  set.numbers = Roaring::readSafe(value.data(), value.size());
  return {};
}

Result<void> Partition::load_row(std::string_view row, std::string_view value) {
  switch (row[2]) {
    case 'c': {
      auto decoded = decode_checkpoint(value);
      if (!decoded) return decoded.error();
      x_state = decoded.value();
      return {};
    }
    case 'r': {
      auto decoded = decode_rules(value);
      if (!decoded) return decoded.error();
      x_rules = std::move(decoded.value());
      return {};
    }
    case 'i': {
      auto decoded = decode_insights(value);
      if (!decoded) return decoded.error();
      for (SiteInsights& site : *decoded) x_insights.of(site.site) = std::move(site);
      return {};
    }
    case 't': return load_tallies(value);
    case 'v': return load_set(value, x_voices);
    case 'm':
      return load_set(value, members_of(AudienceId{read_big_endian<uint16_t>(row.data() + 3)}));
    case 'h': {
      const AudienceId id{read_big_endian<uint16_t>(row.data() + 3)};
      const auto version = read_big_endian<uint32_t>(row.data() + 5);
      return load_set(value, x_future.emplace_back(FutureMembers{{id, version}, {}}).set);
    }
    case 's': {
      ByteReader reader(value);
      x_evaluation.next = static_cast<VisitorNumber>(reader.varint());
      x_evaluation.end = static_cast<VisitorNumber>(reader.varint());
      if (reader.ok() && reader.at_end()) return {};
      break;
    }
    default: break;
  }
  return Error{ErrorCode::kCorruptRecord, "partition row"};
}

Result<void> Partition::load() {
  std::string begin;
  state_format::append_partition(x_id, begin);
  Result<void> outcome;
  auto read = x_env.store.scan(Table::kPartitions, begin, state_format::partition_end(x_id),
                               [&](std::string_view row, std::string_view value) {
                                 outcome = load_row(row, value);
                                 return outcome.has_value();
                               });
  if (!read) return read;
  if (!outcome) return outcome;
  for (const PendingRule& pending : x_rules.pending) {  // an empty set may have no row
    const AudienceVersion audience = pending.rule.key();
    if (!x_rules.is_evaluated(pending) || future_members(audience) != nullptr) continue;
    x_future.push_back({audience, {}});
  }
  x_first_unsaved = x_state.next_number;
  x_checkpoint_position = x_state.position;
  bump(x_env.counters.visitors, x_state.next_number);
  return {};
}

Result<void> Partition::visitors_of(std::string_view record, std::vector<VisitorKey>& keys) {
  std::string_view content;
  auto header = read_record_header(record, content);
  if (!header) return header.error();
  if (header.value().kind == RecordKind::kVoices) {
    ByteReader reader(content);
    VoiceChange change;
    while (!reader.at_end()) {
      if (!read_voice_change(reader, change)) {
        return Error{ErrorCode::kCorruptRecord, "a logged voice"};
      }
      keys.push_back(change.visitor);
    }
    return {};
  }
  if (header.value().kind != RecordKind::kEvents) return {};
  while (!content.empty()) {
    const size_t size = event_record_size(content);
    if (size == 0) return Error{ErrorCode::kCorruptRecord, "a logged event is cut"};
    if (!is_erased_event(content)) keys.push_back(event_record_visitor(content));
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
  if (header.value().kind == RecordKind::kRedefinition) {
    if (auto changed = replay_redefinition(content, operators); !changed) return changed;
  }
  if (header.value().kind == RecordKind::kInsights) {
    auto step = decode_insights(content);
    if (!step) return step.error();
    if (auto changed = change_insights(std::move(*step)); !changed) return changed;
  }
  if (header.value().kind == RecordKind::kErasure) {
    if (auto erased = replay_erasure(content); !erased) return erased;
  }
  if (header.value().kind == RecordKind::kVoices) {
    if (auto changed = replay_voices(content); !changed) return changed;
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

}  // namespace rekindle
