#include "io/audience_names.h"

#include "io/json_text.h"

namespace rekindle::io {

AudienceNames audience_names(QueryScope& scope, VisitorKey visitor, uint32_t partitions) {
  AudienceNames names;
  const Visitor* const known = scope.visitor(visitor);
  if (known == nullptr) return names;
  const Rules& rules = scope.rules(partition_of(visitor, partitions));
  for (const Membership& membership : known->memberships) {
    const AudienceRule* const rule = rules.find(membership.audience);
    if (rule == nullptr || rule->version != membership.definition_version) continue;
    names.push_back(rule->name);
  }
  return names;
}

void append_names(std::string& out, const AudienceNames& names) {
  out.push_back('[');
  JsonList list(out);
  for (const std::string& name : names) {
    list.next();
    append_json_string(out, name);
  }
  out.push_back(']');
}

}  // namespace rekindle::io
