#include "core/redefinition.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle {
namespace {

// 1 version (1) · varint count · per audience: 1 removes · name, title, purpose, when (varint
// length each)
constexpr uint8_t kWantedFormatVersion = 1;

// Nothing when it is so already.
Result<std::optional<PendingRule>> pending_for(const WantedAudience& wanted, Rules& rules) {
  const AudienceDefinition& definition = wanted.definition;
  const AudienceRule* const known = rules.find(definition.name);
  if (wanted.removes) {
    if (known == nullptr) return std::optional<PendingRule>();
    return std::optional<PendingRule>({*known, true});
  }
  PendingRule pending;
  AudienceRule& rule = pending.rule;
  if (known != nullptr) {
    rule = *known;
    rule.version += known->when == definition.when ? 0 : 1;
  } else {
    if (rules.next_id == UINT16_MAX) {
      return Error{ErrorCode::kInvalidArgument, "all audience ids were given away"};
    }
    rule.id = AudienceId{rules.next_id++};
    rule.name = definition.name;
    for (const DroppedAudience& dropped : rules.dropped) {
      if (dropped.name == definition.name) rule.configured = dropped.configured;
    }
  }
  rule.title = definition.title;
  rule.purpose = definition.purpose;
  rule.when = definition.when;
  rule.origin = AudienceOrigin::kInterface;
  if (known != nullptr && rule == *known) return std::optional<PendingRule>();
  return std::optional<PendingRule>(std::move(pending));
}

PendingRule* find_pending(Rules& rules, AudienceId id) {
  const auto found = std::find_if(rules.pending.begin(), rules.pending.end(),
                                  [id](const PendingRule& p) { return p.rule.id == id; });
  return found == rules.pending.end() ? nullptr : &*found;
}

// Gives those that refer to a changed audience a new version too.
Result<void> add_referrers(Rules& rules, const ReferencesOf& references_of) {
  const Rules after = switched(rules);
  std::vector<std::vector<AudienceId>> references;
  for (const AudienceRule& rule : after.audiences) {
    auto named = references_of(rule, after);
    if (!named) return named.error();
    references.push_back(*std::move(named));
  }
  const auto changes = [&rules](AudienceId id) {
    const PendingRule* const pending = find_pending(rules, id);
    return pending != nullptr && rules.is_evaluated(*pending);
  };
  for (bool any = true; any;) {
    any = false;
    for (size_t i = 0; i < references.size(); ++i) {
      const AudienceRule& rule = after.audiences[i];
      if (changes(rule.id)) continue;
      if (std::none_of(references[i].begin(), references[i].end(), changes)) continue;
      if (find_pending(rules, rule.id) == nullptr) rules.pending.push_back({rule, false});
      ++find_pending(rules, rule.id)->rule.version;
      any = true;
    }
  }
  return {};
}

}  // namespace

Result<Rules> with_pending(const Rules& before, std::span<const WantedAudience> wanted,
                           const ReferencesOf& references_of) {
  Rules during = before;
  ++during.version;
  for (const WantedAudience& one : wanted) {
    if (one.definition.title.size() > limits::kAudienceTextBytesMax ||
        one.definition.purpose.size() > limits::kAudienceTextBytesMax) {
      return Error{ErrorCode::kInvalidArgument, "title and purpose have at most " +
                                                    std::to_string(limits::kAudienceTextBytesMax) +
                                                    " bytes"};
    }
    auto pending = pending_for(one, during);
    if (!pending) return pending.error();
    if (*pending) during.pending.push_back(**std::move(pending));
  }
  if (auto added = add_referrers(during, references_of); !added) return added.error();
  std::sort(during.pending.begin(), during.pending.end(),
            [](const PendingRule& a, const PendingRule& b) { return a.rule.id < b.rule.id; });
  const auto evaluated = std::count_if(during.pending.begin(), during.pending.end(),
                                       [&](const auto& p) { return during.is_evaluated(p); });
  if (during.audiences.size() + static_cast<size_t>(evaluated) > limits::kAudiencesMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "there may be " + std::to_string(limits::kAudiencesMax) +
                     " audiences, those that are being evaluated included"};
  }
  return during;
}

Rules switched(const Rules& during) {
  Rules after = during;
  ++after.version;
  after.pending.clear();
  for (const PendingRule& pending : during.pending) {
    const AudienceId id = pending.rule.id;
    std::erase_if(after.audiences, [id](const AudienceRule& rule) { return rule.id == id; });
    std::erase_if(after.dropped, [&](const auto& d) { return d.name == pending.rule.name; });
    if (!pending.removes) {
      after.audiences.push_back(pending.rule);
    } else if (pending.rule.configured != 0) {
      after.dropped.push_back({pending.rule.name, pending.rule.configured});
    }
  }
  std::sort(after.audiences.begin(), after.audiences.end(),
            [](const AudienceRule& a, const AudienceRule& b) { return a.id < b.id; });
  std::sort(after.dropped.begin(), after.dropped.end(),
            [](const DroppedAudience& a, const DroppedAudience& b) { return a.name < b.name; });
  if (after.dropped.size() > limits::kAudiencesMax) after.dropped.resize(limits::kAudiencesMax);
  retire(during, after);
  return after;
}

void encode_wanted(std::span<const WantedAudience> wanted, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kWantedFormatVersion);
  writer.varint(wanted.size());
  for (const WantedAudience& one : wanted) {
    writer.fixed(static_cast<uint8_t>(one.removes ? 1 : 0));
    writer.bytes(one.definition.name);
    writer.bytes(one.definition.title);
    writer.bytes(one.definition.purpose);
    writer.bytes(one.definition.when);
  }
}

Result<std::vector<WantedAudience>> decode_wanted(std::string_view bytes) {
  constexpr size_t kLeastBytes = 5;
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kWantedFormatVersion) return Error{ErrorCode::kNewerVersion, "wanted audiences"};
  const size_t count = reader.count(kLeastBytes);
  if (count > limits::kAudiencesMax) reader.fail();
  std::vector<WantedAudience> wanted(reader.ok() ? count : 0);
  for (WantedAudience& one : wanted) {
    one.removes = reader.fixed<uint8_t>() != 0;
    one.definition.name = reader.bytes();
    one.definition.title = reader.bytes();
    one.definition.purpose = reader.bytes();
    one.definition.when = reader.bytes();
  }
  if (version == 0 || !reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "wanted audiences"};
  }
  return wanted;
}

}  // namespace rekindle
