#include "io/memberships_query.h"

#include <memory>

#include "io/json_text.h"

namespace rekindle::io {

bool MembershipsQuery::ask(IoThread& thread, VisitorKey visitor, Done done) {
  const Engine& engine = thread.engine();
  std::unique_ptr<Query> query(new MembershipsQuery(engine.partitions(), visitor, std::move(done)));
  return thread.ask(engine.shard_of(visitor), std::move(query));
}

void MembershipsQuery::run(QueryScope& scope) {
  const Visitor* const visitor = scope.visitor(x_visitor);
  if (visitor == nullptr) return;
  const Rules& rules = scope.rules(partition_of(x_visitor, x_partitions));
  for (const Membership& membership : visitor->memberships) {
    const AudienceRule* const rule = rules.find(membership.audience);
    if (rule == nullptr || rule->version != membership.definition_version) continue;
    x_names.push_back(rule->name);
  }
}

void MembershipsQuery::on_reply() {
  const std::unique_ptr<MembershipsQuery> self(this);
  x_done(std::move(x_names));
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
