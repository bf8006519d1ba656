// Queries that wait in a shard until their visitor is touched: by an event, or by a change of an
// audience. Costs nothing while nobody waits.
//
// Thread: the shard's. Owns: nothing; what is in here goes back to its sender, once.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/ids.h"
#include "core/mailbox.h"

namespace rekindle {

class Watches {
 public:
  [[nodiscard]] bool empty() const { return x_waiting.empty(); }
  void add(VisitorKey visitor, Query& query) { x_waiting[visitor].push_back(&query); }
  // What waits for this visitor waits no more, and is appended.
  void take(VisitorKey visitor, std::vector<Query*>& out) {
    const auto found = x_waiting.find(visitor);
    if (found == x_waiting.end()) return;
    out.insert(out.end(), found->second.begin(), found->second.end());
    x_waiting.erase(found);
  }
  // The same for one query. It may have gone back already, and its memory be another's: it is only
  // compared.
  void take(VisitorKey visitor, const Query* query, std::vector<Query*>& out) {
    const auto found = x_waiting.find(visitor);
    if (found == x_waiting.end() || std::erase(found->second, query) == 0) return;
    out.push_back(const_cast<Query*>(query));
    if (found->second.empty()) x_waiting.erase(found);
  }
  void take_all(std::vector<Query*>& out) {
    for (auto& [visitor, queries] : x_waiting)
      out.insert(out.end(), queries.begin(), queries.end());
    x_waiting.clear();
  }

 private:
  absl::flat_hash_map<VisitorKey, std::vector<Query*>> x_waiting;
};

}  // namespace rekindle
