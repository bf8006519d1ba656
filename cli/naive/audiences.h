// The audiences of a set of rules as the naive evaluator reads them, and who is in them. Used by
// `rekindle verify --naive`. Thread: any one.
#pragma once

#include <string>
#include <vector>

#include "cli/naive/tree.h"
#include "core/money.h"
#include "core/rules.h"

namespace rekindle::naive {

struct ReadAudience {
  AudienceRule rule;
  Tree tree;
  std::string fault;          // why it cannot be told; empty: it can
  bool dates_others = false;  // asks in_for(…), itself or through others
};

class Audiences {
 public:
  // Places among all() are those of rules.audiences.
  Audiences(const Rules& rules, Currency currency);

  [[nodiscard]] const std::vector<ReadAudience>& all() const { return x_all; }
  // Places, so that an audience comes after those it asks about; without those that cannot be told.
  [[nodiscard]] const std::vector<size_t>& order() const { return x_order; }

 private:
  void place(size_t i, std::vector<bool>& seen);
  void place_parts(const Tree& tree, size_t user, std::vector<bool>& seen);

  std::vector<ReadAudience> x_all;
  std::vector<size_t> x_order;
};

}  // namespace rekindle::naive
