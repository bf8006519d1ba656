// Which visitors are one person with which others: what of the identity book is asked too often for
// the store. Of persons with one visitor there is nothing here.
//
// Thread: the identity thread changes it, at most as often as it commits; any thread looks. A look
// takes a lock, shared with all who look: once a decision, never on the event path.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "core/person.h"

namespace rekindle {

class Companions {
 public:
  // The other visitors of this one's person, in the order they came; at most so many, the newest.
  [[nodiscard]] std::vector<VisitorKey> of(VisitorKey visitor, size_t most) const;
  [[nodiscard]] size_t persons() const;

  // A person is so now, or is no more.
  void set(const Person& person);
  void remove(uint64_t number);
  void clear();

 private:
  void forget(uint64_t number);

  mutable std::shared_mutex x_mutex;
  absl::flat_hash_map<uint64_t, std::vector<VisitorKey>> x_visitors;  // by person's number
  absl::flat_hash_map<VisitorKey, uint64_t> x_persons;                // whose visitor that is
};

}  // namespace rekindle
