#include "operators/decide/learnt/name_numbers.h"

namespace rekindle::operators {

NameNumbers::NameNumbers() {
  x_names.grow(1);  // kNoNumber
  x_uses.resize(1);
  x_slots.grow(kSlotsMin);
}

// Hashes are uniform (XXH3), so their low bits are as good as any.
size_t NameNumbers::slot_of(NameHash name) const {
  const size_t mask = x_slots.size() - 1;
  size_t slot = name & mask;
  while (x_slots[slot] != kNoNumber && x_names[x_slots[slot]] != name) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

NameNumber NameNumbers::find(NameHash name) const {
  return name == kNoName ? kNoNumber : x_slots[slot_of(name)];
}

void NameNumbers::index_all(size_t slots) {
  x_slots = {};
  x_slots.grow(slots);
  for (NameNumber number = 1; number < x_names.size(); ++number) {
    if (x_uses[number] > 0) x_slots.change(slot_of(x_names[number])) = number;
  }
}

NameNumber NameNumbers::use(NameHash name) {
  if (name == kNoName) return kNoNumber;
  size_t slot = slot_of(name);
  if (x_slots[slot] != kNoNumber) {
    ++x_uses[x_slots[slot]];
    return x_slots[slot];
  }
  if (2 * (x_used + 1) > x_slots.size()) {
    index_all(2 * x_slots.size());
    slot = slot_of(name);
  }
  NameNumber number = static_cast<NameNumber>(x_names.size());
  if (x_free.empty()) {
    x_names.grow(x_names.size() + 1);
    x_uses.push_back(0);
  } else {
    number = x_free.back();
    x_free.pop_back();
  }
  x_names.change(number) = name;
  x_uses[number] = 1;
  x_slots.change(slot) = number;
  ++x_used;
  return number;
}

void NameNumbers::release(NameNumber number) {
  if (number == kNoNumber) return;
  RK_ASSERT(x_uses[number] > 0);
  if (--x_uses[number] > 0) return;
  remove_from_index(x_names[number]);
  x_names.change(number) = kNoName;
  x_free.push_back(number);
  --x_used;
}

// Closes the gap: whatever probed past it moves up (Knuth, TAOCP vol. 3, algorithm 6.4R).
void NameNumbers::remove_from_index(NameHash name) {
  const size_t mask = x_slots.size() - 1;
  size_t gap = slot_of(name);
  for (size_t slot = (gap + 1) & mask; x_slots[slot] != kNoNumber; slot = (slot + 1) & mask) {
    const size_t home = x_names[x_slots[slot]] & mask;
    if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
    x_slots.change(gap) = x_slots[slot];
    gap = slot;
  }
  x_slots.change(gap) = kNoNumber;
}

}  // namespace rekindle::operators
