// Which visitors are one person with which others: what of the identity book is asked too often for
// the store. Of persons with one visitor there is nothing here.
//
// Thread: the identity thread changes it, at most as often as it commits; any thread looks. A look
// takes a lock, shared with all who look: once a decision, never on the event path. any() takes
// none.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "core/person.h"

namespace rekindle {

class Companions {
 public:
  // The other visitors of this one's person, in the order they came; at most so many, the newest.
  [[nodiscard]] std::vector<VisitorKey> of(VisitorKey visitor, size_t most) const;
  // All visitors of this one's person, itself among them; empty: alone. In the order in which they
  // are asked to speak (core/voices.h): those who told an address or a number first, then as they
  // came.
  [[nodiscard]] std::vector<VisitorKey> in_order_of_voice(VisitorKey visitor) const;
  [[nodiscard]] bool has(VisitorKey visitor) const;
  [[nodiscard]] size_t persons() const;
  // Whether there are persons of several visitors at all.
  [[nodiscard]] bool any() const { return x_any.load(std::memory_order_relaxed); }

  // Who was or is of a person that changed since it was taken; at most so many. False: none.
  [[nodiscard]] bool take_changed(size_t most, std::vector<VisitorKey>& visitors);
  void change_all();  // … everybody has

  // A person is so now, or is no more.
  void set(const Person& person);
  void remove(uint64_t number);
  // All persons were read again, into one that nobody else has and that is used up. Who is of the
  // same person as before has not changed.
  void become(Companions& fresh);

 private:
  struct Group {
    std::vector<VisitorKey> visitors;  // in the order they came
    std::vector<VisitorKey> by_voice;
    friend bool operator==(const Group&, const Group&) = default;
  };
  using Groups = absl::flat_hash_map<uint64_t, Group>;  // by person's number

  void note_missing(const Groups& some, const Groups& from);
  void forget(uint64_t number);

  mutable std::shared_mutex x_mutex;
  Groups x_groups;
  absl::flat_hash_map<VisitorKey, uint64_t> x_persons;  // whose visitor that is
  absl::flat_hash_set<VisitorKey> x_changed;
  std::atomic<bool> x_any{false};
};

}  // namespace rekindle
