// New rules in a partition: every visitor is brought to them.
#include "core/partition.h"

#include <algorithm>

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
      look_again(cached, *site, ChangeReason::kDefinition);
    }
  }
  return {};
}

}  // namespace rekindle
