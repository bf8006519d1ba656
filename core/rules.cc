#include "core/rules.h"

#include <algorithm>
#include <unordered_set>

#include "core/limits.h"

namespace rekindle {
namespace {

constexpr size_t kNameBytesMax = 64;

bool has_repeated_name(const std::vector<AudienceDefinition>& definitions) {
  std::vector<std::string_view> names;
  names.reserve(definitions.size());
  for (const AudienceDefinition& definition : definitions) names.push_back(definition.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

const DroppedAudience* find_dropped(const Rules& rules, std::string_view name) {
  const auto found = std::find_if(rules.dropped.begin(), rules.dropped.end(),
                                  [name](const DroppedAudience& d) { return d.name == name; });
  return found == rules.dropped.end() ? nullptr : &*found;
}

// What becomes of one name that the configuration has.
Result<void> take(const Rules& before, const AudienceDefinition& definition, Rules& after) {
  const uint64_t configured = configured_as(definition);
  const AudienceRule* const known = before.find(definition.name);
  if (known != nullptr && known->configured == configured) {
    after.audiences.push_back(*known);
    return {};
  }
  const DroppedAudience* const dropped = find_dropped(before, definition.name);
  if (dropped != nullptr && dropped->configured == configured) {
    after.dropped.push_back(*dropped);
    return {};
  }
  AudienceRule rule;
  if (known != nullptr) {
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
  rule.configured = configured;
  after.audiences.push_back(std::move(rule));
  return {};
}

// Those of the interface that the configuration does not name (any more) stay.
void keep_unnamed(const Rules& before, const std::vector<AudienceDefinition>& configuration,
                  Rules& after) {
  std::unordered_set<std::string_view> named;
  for (const AudienceDefinition& definition : configuration) named.insert(definition.name);
  for (const AudienceRule& rule : before.audiences) {
    if (rule.origin == AudienceOrigin::kConfiguration || named.contains(rule.name)) continue;
    after.audiences.push_back(rule);
    after.audiences.back().configured = 0;
  }
}

}  // namespace

std::string_view name_of(AudienceOrigin origin) {
  return origin == AudienceOrigin::kInterface ? "interface" : "configuration";
}

uint64_t configured_as(const AudienceDefinition& definition) {
  std::string text;
  for (const std::string* part : {&definition.title, &definition.purpose, &definition.when}) {
    text.append(std::to_string(part->size())).append(":").append(*part);
  }
  return name_hash(text);
}

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

bool is_audience_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

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

Result<std::optional<Rules>> amend(const Rules& before,
                                   const std::vector<AudienceDefinition>& configuration) {
  if (has_repeated_name(configuration)) {
    return Error{ErrorCode::kInvalidArgument, "two audiences have the same name"};
  }
  Rules after{before.version + 1, before.next_id, {}, before.retired, {}, {}};
  for (const AudienceDefinition& definition : configuration) {
    if (auto taken = take(before, definition, after); !taken) return taken.error();
  }
  keep_unnamed(before, configuration, after);
  if (after.audiences.size() > limits::kAudiencesMax) {
    return Error{ErrorCode::kInvalidArgument, "too many audiences"};
  }
  std::sort(after.audiences.begin(), after.audiences.end(),
            [](const AudienceRule& a, const AudienceRule& b) { return a.id < b.id; });
  std::sort(after.dropped.begin(), after.dropped.end(),
            [](const DroppedAudience& a, const DroppedAudience& b) { return a.name < b.name; });
  if (after.audiences == before.audiences && after.dropped == before.dropped) {
    return std::optional<Rules>();
  }
  retire(before, after);
  return std::optional<Rules>(std::move(after));
}

}  // namespace rekindle
