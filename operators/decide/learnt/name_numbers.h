// Small numbers for the products and categories of the sessions that are kept, so that indexes
// are arrays. A number is given with the first line that names something and is free again with
// the last one, so there are no more of them than things named. Copies are cheap (cow_vector.h).
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "operators/decide/learnt/cow_vector.h"

namespace rekindle::operators {

using NameNumber = uint32_t;
inline constexpr NameNumber kNoNumber = 0;  // of kNoName

// Thread: one writer; copies are read by any. Which number a name gets depends on the order in
// which names came, so no answer may depend on it.
class NameNumbers {
 public:
  NameNumbers();
  NameNumbers(const NameNumbers& other)  // for reading: without what only the writer needs
      : x_names(other.x_names), x_slots(other.x_slots), x_used(other.x_used) {}
  NameNumbers(NameNumbers&&) = default;
  NameNumbers& operator=(const NameNumbers& other) { return *this = NameNumbers(other); }
  NameNumbers& operator=(NameNumbers&&) = default;

  [[nodiscard]] NameNumber find(NameHash name) const;  // kNoNumber: not there
  // REQUIRES: `number` is in use, or kNoNumber.
  [[nodiscard]] NameHash name_of(NameNumber number) const { return x_names[number]; }
  [[nodiscard]] size_t size() const { return x_used; }
  [[nodiscard]] size_t bound() const { return x_names.size(); }  // all numbers are below
  [[nodiscard]] size_t memory_bytes() const {
    return x_names.memory_bytes() + x_slots.memory_bytes() +
           (x_uses.capacity() + x_free.capacity()) * sizeof(NameNumber);
  }

  // The number of a name, with one more use. kNoName has no uses.
  NameNumber use(NameHash name);
  void release(NameNumber number);  // one use less

 private:
  static constexpr size_t kSlotsMin = 1'024;

  [[nodiscard]] size_t slot_of(NameHash name) const;  // where it is, or would be
  void index_all(size_t slots);
  void remove_from_index(NameHash name);

  CowVector<NameHash, 256> x_names;    // by number; kNoName: it is free
  CowVector<NameNumber, 256> x_slots;  // open addressing, linear probing; a power of two
  std::vector<uint32_t> x_uses;        // by number
  std::vector<NameNumber> x_free;
  size_t x_used = 0;
};

}  // namespace rekindle::operators
