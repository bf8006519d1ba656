// Operators by version of the rules they were built for, so that a thread's partitions share them.
// Thread: one.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "core/rules.h"

namespace rekindle {

class OperatorsCache {
 public:
  explicit OperatorsCache(const MakeOperators& make) : x_make(make) {}

  // Stays valid until forget_before(). Errors: those of MakeOperators (kInvalidExpression).
  [[nodiscard]] Result<const Operators*> get(const Rules& rules) {
    const auto found = x_by_version.find(rules.version);
    if (found != x_by_version.end()) return &found->second;
    auto made = x_make(rules);
    if (!made) return made.error();
    return &x_by_version.emplace(rules.version, std::move(made.value())).first->second;
  }
  // Built on another thread, because compiling takes long.
  void put(uint32_t version, Operators operators) {
    x_by_version.emplace(version, std::move(operators));
  }
  // REQUIRES: nobody uses those of older rules.
  void forget_before(uint32_t version) {
    x_by_version.erase(x_by_version.begin(), x_by_version.lower_bound(version));
  }

 private:
  const MakeOperators& x_make;
  std::map<uint32_t, Operators> x_by_version;
};

}  // namespace rekindle
