#include "core/rules.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle {
namespace {

// 1 version (2) · varint rules version · varint next id · varint count · per audience: varint id,
// varint version, name, title, purpose, when (varint length each)
// From version 2 on: · varint count · per retired audience: varint id, name
constexpr uint8_t kRulesFormatVersion = 2;

bool says_the_same(const AudienceRule& rule, const AudienceRule& other) {
  return rule.id == other.id && rule.version == other.version && rule.name == other.name &&
         rule.title == other.title && rule.purpose == other.purpose && rule.when == other.when;
}

// Remembers the names of those that `after` does not have any more.
void retire(const Rules& before, Rules& after) {
  for (const AudienceRule& rule : before.audiences) {
    if (after.find(rule.id) == nullptr) after.retired.push_back({rule.id, rule.name});
  }
  auto& retired = after.retired;
  std::sort(retired.begin(), retired.end(),
            [](const RetiredAudience& a, const RetiredAudience& b) { return a.id < b.id; });
  if (retired.size() > limits::kAudiencesMax) {
    retired.erase(retired.begin(), retired.end() - limits::kAudiencesMax);
  }
}

bool has_repeated_name(const std::vector<AudienceDefinition>& wanted) {
  std::vector<std::string_view> names;
  names.reserve(wanted.size());
  for (const AudienceDefinition& definition : wanted) names.push_back(definition.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

const AudienceRule* Rules::find(std::string_view name) const {
  const auto rule = std::find_if(audiences.begin(), audiences.end(),
                                 [name](const AudienceRule& r) { return r.name == name; });
  return rule == audiences.end() ? nullptr : &*rule;
}

const AudienceRule* Rules::find(AudienceId id) const {
  const auto rule =
      std::lower_bound(audiences.begin(), audiences.end(), id,
                       [](const AudienceRule& r, AudienceId wanted) { return r.id < wanted; });
  return rule == audiences.end() || rule->id != id ? nullptr : &*rule;
}

Result<std::optional<Rules>> amend(const Rules& before,
                                   const std::vector<AudienceDefinition>& wanted) {
  if (wanted.size() > limits::kAudiencesMax) {
    return Error{ErrorCode::kInvalidArgument, "too many audiences"};
  }
  if (has_repeated_name(wanted)) {
    return Error{ErrorCode::kInvalidArgument, "two audiences have the same name"};
  }
  Rules after{before.version + 1, before.next_id, {}, before.retired};
  after.audiences.reserve(wanted.size());
  for (const AudienceDefinition& definition : wanted) {
    AudienceRule rule;
    if (const AudienceRule* const known = before.find(definition.name)) {
      rule.id = known->id;
      rule.version = known->version + (known->when == definition.when ? 0 : 1);
    } else {
      if (after.next_id == UINT16_MAX) {
        return Error{ErrorCode::kInvalidArgument, "all audience ids were given away"};
      }
      rule.id = AudienceId{after.next_id++};
    }
    rule.name = definition.name;
    rule.title = definition.title;
    rule.purpose = definition.purpose;
    rule.when = definition.when;
    after.audiences.push_back(std::move(rule));
  }
  std::sort(after.audiences.begin(), after.audiences.end(),
            [](const AudienceRule& a, const AudienceRule& b) { return a.id < b.id; });
  if (std::equal(after.audiences.begin(), after.audiences.end(), before.audiences.begin(),
                 before.audiences.end(), says_the_same)) {
    return std::optional<Rules>();
  }
  retire(before, after);
  return std::optional<Rules>(std::move(after));
}

void encode_rules(const Rules& rules, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kRulesFormatVersion);
  writer.varint(rules.version);
  writer.varint(rules.next_id);
  writer.varint(rules.audiences.size());
  for (const AudienceRule& rule : rules.audiences) {
    writer.varint(to_index(rule.id));
    writer.varint(rule.version);
    writer.bytes(rule.name);
    writer.bytes(rule.title);
    writer.bytes(rule.purpose);
    writer.bytes(rule.when);
  }
  writer.varint(rules.retired.size());
  for (const RetiredAudience& audience : rules.retired) {
    writer.varint(to_index(audience.id));
    writer.bytes(audience.name);
  }
}

Result<Rules> decode_rules(std::string_view bytes) {
  constexpr size_t kLeastRuleBytes = 6;
  const Error corrupt{ErrorCode::kCorruptRecord, {}};
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version == 0) return corrupt;
  if (version > kRulesFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  Rules rules;
  rules.version = static_cast<uint32_t>(reader.varint());
  rules.next_id = static_cast<uint16_t>(reader.varint());
  const size_t count = reader.count(kLeastRuleBytes);
  if (count > limits::kAudiencesMax) return corrupt;
  rules.audiences.resize(count);
  for (size_t i = 0; i < count; ++i) {
    AudienceRule& rule = rules.audiences[i];
    const uint64_t id = reader.varint();
    if (id >= rules.next_id) return corrupt;
    rule.id = AudienceId{static_cast<uint16_t>(id)};
    if (i > 0 && rules.audiences[i - 1].id >= rule.id) return corrupt;
    rule.version = static_cast<uint32_t>(reader.varint());
    rule.name = reader.bytes();
    rule.title = reader.bytes();
    rule.purpose = reader.bytes();
    rule.when = reader.bytes();
  }
  constexpr size_t kLeastRetiredBytes = 2;
  const size_t retired = version < 2 ? 0 : reader.count(kLeastRetiredBytes);
  if (retired > limits::kAudiencesMax) return corrupt;
  for (size_t i = 0; i < retired; ++i) {
    const uint64_t id = reader.varint();
    if (id >= rules.next_id) return corrupt;
    rules.retired.push_back({AudienceId{static_cast<uint16_t>(id)}, std::string(reader.bytes())});
  }
  if (!reader.ok() || !reader.at_end()) return corrupt;
  return rules;
}

}  // namespace rekindle
