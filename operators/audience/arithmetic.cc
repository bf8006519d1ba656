#include "operators/audience/arithmetic.h"

#include <algorithm>

namespace rekindle::operators::audience {
namespace {

using State = Quantity::State;

// An operand with what it shares with every result of it.
struct Shared {
  bool exact;
  EventTime until;
  Shared(const Quantity& a, const Quantity& b)
      : exact(a.exact && b.exact), until(std::min(a.until, b.until)) {}

  [[nodiscard]] Quantity known(const std::optional<Rational>& value) const {
    if (!value) return unknown();
    return {*value, State::kKnown, exact, until};
  }
  [[nodiscard]] Quantity unknown() const { return Quantity::unknown(exact, until); }
  [[nodiscard]] Quantity infinite(int sign) const {
    if (sign == 0) return unknown();
    return {{}, sign > 0 ? State::kInfinite : State::kMinusInfinite, exact, until};
  }
};

// −1 or 1 for an infinite value, else 0.
int infinity_of(const Quantity& a) {
  return a.state == State::kInfinite ? 1 : (a.state == State::kMinusInfinite ? -1 : 0);
}

int sign_of(const Quantity& a) {
  return a.state == State::kKnown ? a.value.sign() : infinity_of(a);
}

bool either_unknown(const Quantity& a, const Quantity& b) {
  return a.state == State::kUnknown || b.state == State::kUnknown;
}

}  // namespace

Quantity negate(const Quantity& a) {
  return subtract(Quantity{}, a);
}

Quantity add(const Quantity& a, const Quantity& b) {
  const Shared shared(a, b);
  if (a.state == State::kKnown && b.state == State::kKnown) {
    return shared.known(add(a.value, b.value));
  }
  if (either_unknown(a, b)) return shared.unknown();
  const int left = infinity_of(a);
  const int right = infinity_of(b);
  return shared.infinite(left == -right ? 0 : (left != 0 ? left : right));
}

Quantity subtract(const Quantity& a, const Quantity& b) {
  const Shared shared(a, b);
  if (a.state == State::kKnown && b.state == State::kKnown) {
    return shared.known(subtract(a.value, b.value));
  }
  if (either_unknown(a, b)) return shared.unknown();
  const int left = infinity_of(a);
  const int right = infinity_of(b);
  return shared.infinite(left == right ? 0 : (left != 0 ? left : -right));
}

Quantity multiply(const Quantity& a, const Quantity& b) {
  const Shared shared(a, b);
  if (a.state == State::kKnown && b.state == State::kKnown) {
    return shared.known(multiply(a.value, b.value));
  }
  if (either_unknown(a, b)) return shared.unknown();
  return shared.infinite(sign_of(a) * sign_of(b));
}

Quantity divide(const Quantity& a, const Quantity& b) {
  const Shared shared(a, b);
  if (a.state == State::kKnown && b.state == State::kKnown) {
    return shared.known(divide(a.value, b.value));
  }
  if (either_unknown(a, b)) return shared.unknown();
  if (a.state == State::kKnown) return shared.known(Rational{});
  if (b.state != State::kKnown) return shared.unknown();
  return shared.infinite(sign_of(a) * sign_of(b));
}

std::optional<int> compare(const Quantity& a, const Quantity& b) {
  if (a.state == State::kKnown && b.state == State::kKnown) return compare(a.value, b.value);
  if (either_unknown(a, b)) return std::nullopt;
  const int left = infinity_of(a);
  const int right = infinity_of(b);
  return left < right ? -1 : (left > right ? 1 : 0);
}

}  // namespace rekindle::operators::audience
