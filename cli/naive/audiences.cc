#include "cli/naive/audiences.h"

#include <utility>

#include "cli/naive/parser.h"

namespace rekindle::naive {

Audiences::Audiences(const Rules& rules, Currency currency) {
  std::vector<std::string> names;
  for (const AudienceRule& rule : rules.audiences) names.push_back(rule.name);
  for (const AudienceRule& rule : rules.audiences) {
    ReadAudience& audience = x_all.emplace_back();
    audience.rule = rule;
    Result<Tree> tree = parse(rule.when, currency, names);
    if (tree && asks_about_customers(*tree)) {
      audience.fault =
          "ranks and lifetime values follow boundaries and models in the log, which `verify` "
          "without "
          "--naive compares";
    } else if (tree) {
      audience.tree = std::move(*tree);
    } else {
      audience.fault = tree.error().detail;
    }
  }
  std::vector<bool> seen(x_all.size(), false);
  for (size_t i = 0; i < x_all.size(); ++i) place(i, seen);
}

void Audiences::place(size_t i, std::vector<bool>& seen) {
  if (seen[i]) return;
  seen[i] = true;
  place_parts(x_all[i].tree, i, seen);
  if (x_all[i].fault.empty()) x_order.push_back(i);
}

void Audiences::place_parts(const Tree& tree, size_t user, std::vector<bool>& seen) {
  if (tree.term == "in" || tree.term == "in_for") {
    place(tree.audience, seen);
    const ReadAudience& asked = x_all[tree.audience];
    if (!asked.fault.empty()) x_all[user].fault = "asks about '" + asked.rule.name + "'";
    if (tree.term == "in_for" || asked.dates_others) x_all[user].dates_others = true;
  }
  for (const Tree& part : tree.parts) place_parts(part, user, seen);
}

}  // namespace rekindle::naive
