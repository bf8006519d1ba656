// Bestsellers of a category that has others below it: its own and theirs together. Counts are kept
// for the category a line names only, so that a catalogue whose tree changes needs no counting
// anew; this is made when lists are published, from the tree as it is then.
//
// What several of the lists have is added up; a product that is beyond the served part of one of
// them counts only where it is served.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <vector>

#include "operators/decide/learnt/bestsellers.h"

namespace rekindle::operators {

// Thread: the model's. A list is made anew only when one of its parts changed.
class CategoryRollUp {
 public:
  // Adds to `lists`, of categories, and replaces those that have others below.
  void add_to(BestsellerLists::ByName& lists, const ProductCatalog& catalog);

 private:
  using List = std::shared_ptr<const BestsellerList>;
  using Parts = std::vector<std::pair<NameHash, List>>;  // ascending by category
  struct Rolled {
    Parts parts;
    List list;
  };
  absl::flat_hash_map<NameHash, Rolled> x_rolled;
};

}  // namespace rekindle::operators
