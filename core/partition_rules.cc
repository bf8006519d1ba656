// New rules in a partition: every visitor is brought to them.
#include "core/partition.h"

#include <algorithm>
#include <utility>

#include "core/state_format.h"

namespace rekindle {

Result<void> Partition::use(OperatorsCache& operators) {
  auto made = operators.get(x_rules);
  if (!made) return made.error();
  x_operators = made.value();
  return meet_needs();
}

Result<void> Partition::change_rules(const Rules& rules, OperatorsCache& operators) {
  encode_rules(rules, x_record);
  const Rules before = std::exchange(x_rules, rules);
  x_rules_changed = true;
  // What was pending is part of the new rules, or given up.
  x_drop_future_rows = x_drop_future_rows || !before.pending.empty();
  x_future.clear();
  x_evaluation = {};
  x_prepared = {};
  if (auto made = use(operators); !made) return made;
  return sweep(before);
}

// Who is in stays in, under the new version; what was not in force is forgotten.
void Partition::carry_over(Visitor& visitor, const Rules& before) const {
  auto& memberships = visitor.memberships;
  const auto past = [&](const Membership& m) { return !before.is_in_force(m.of()); };
  memberships.erase(std::remove_if(memberships.begin(), memberships.end(), past),
                    memberships.end());
  for (Membership& membership : memberships) {
    const AudienceRule* const rule = x_rules.find(membership.audience);
    if (rule != nullptr) membership.definition_version = rule->version;
  }
}

void Partition::leave_removed(Context& context) const {
  const auto& memberships = std::as_const(context).visitor().memberships;
  for (size_t i = memberships.size(); i-- > 0;) {  // backwards: set_member removes
    const AudienceVersion audience = memberships[i].of();
    if (x_rules.find(audience.id) == nullptr) context.set_member(audience, false);
  }
}

Result<void> Partition::sweep(const Rules& before) {
  std::vector<VisitorKey> keys;
  x_cache.for_each([&](CachedVisitor& cached) { keys.push_back(cached.visitor.key); });
  std::string begin;
  state_format::append_partition(x_id, begin);
  auto read = x_env.store.scan(Table::kVisitors, begin, state_format::partition_end(x_id),
                               [&](std::string_view row, std::string_view) {
                                 const VisitorKey key = state_format::visitor_of(row);
                                 if (!is_erased(key)) keys.push_back(key);
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
      carry_over(cached.visitor, before);
      fire_visitor(cached, x_state.clock);
      Context context(cached.visitor, *site, x_state.clock, ChangeReason::kDefinition,
                      EventType::kNone, *this);
      leave_removed(context);
      look_again(cached, *site, ChangeReason::kDefinition);
    }
  }
  return {};
}

}  // namespace rekindle
