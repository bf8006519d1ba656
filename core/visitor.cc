#include "core/visitor.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle {

int64_t Cart::value() const {
  // A line's price and quantity are bounded, their product is not by 64 bits.
  __int128 sum = 0;
  for (const CartLine& line : lines) {
    if (line.price != kNoMoney) sum += static_cast<__int128>(line.price) * line.quantity;
  }
  return static_cast<int64_t>(std::clamp<__int128>(sum, INT64_MIN + 1, INT64_MAX));
}

int64_t Cart::pieces() const {
  int64_t sum = 0;
  for (const CartLine& line : lines) sum += line.quantity;
  return sum;
}

const Membership* Visitor::membership(AudienceVersion audience) const {
  const auto* const place =
      std::lower_bound(memberships.begin(), memberships.end(), audience,
                       [](const Membership& membership, AudienceVersion wanted) {
                         return membership.of() < wanted;
                       });
  return place == memberships.end() || place->of() != audience ? nullptr : place;
}

void Visitor::repack() {
  seen.repack();
  timeline.repack();
  cart.lines.repack();
  memberships.repack();
}

size_t Visitor::memory_bytes() const {
  constexpr size_t kInlineNameBytes = 15;
  return sizeof(Visitor) + (name.capacity() > kInlineNameBytes ? name.capacity() + 1 : 0) +
         seen.event_ids.heap_bytes() + seen.marks.heap_bytes() + seen.orders.heap_bytes() +
         timeline.memory_bytes() + cart.lines.heap_bytes() + memberships.heap_bytes() +
         (profile == nullptr ? 0 : profile->memory_bytes()) +
         (offers == nullptr ? 0 : offers->memory_bytes()) + (voice == nullptr ? 0 : sizeof(Voice));
}

}  // namespace rekindle
