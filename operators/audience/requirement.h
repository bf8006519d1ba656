// What a visitor must have done before a condition can be true. Most visitors have not, and one
// look tells: the expression itself need not be evaluated then.
//
// Thread: requirements are constants; is_missing runs on the visitor's shard.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/visitor.h"
#include "core/window.h"
#include "operators/audience/rational.h"

namespace rekindle::operators::audience {

// A timeline's lists of built-in types, found once for all that is asked about a visitor. Valid
// until the timeline changes.
class BuiltInLists {
 public:
  explicit BuiltInLists(const Timeline& timeline) {
    for (const Timeline::List& list : timeline.lists()) {
      const auto code = static_cast<uint64_t>(list.type);
      if (code >= kBuiltInTypes) return;  // they ascend
      x_by_code[code] = &list;
    }
  }
  [[nodiscard]] const Timeline::List* find(uint8_t code) const { return x_by_code[code]; }

 private:
  std::array<const Timeline::List*, kBuiltInTypes> x_by_code{};
};

struct Requirement {
  enum class Kind : uint8_t {
    kOrder,    // one, ever
    kCart,     // something in it
    kEntries,  // `count` events of type `code` in the last `window`
  };
  Kind kind = Kind::kOrder;
  uint8_t code = 0;
  int64_t count = 1;
  Duration window;

  // Nothing for `any` and custom types, which have no place of their own.
  static std::optional<Requirement> entries(TypeSelector types, int64_t count, Duration window) {
    const auto code = static_cast<uint64_t>(types.type);
    if (types.is_any() || code >= kBuiltInTypes) return std::nullopt;
    return Requirement{Kind::kEntries, static_cast<uint8_t>(code), count, window};
  }
};

// Whether it is missing, and will be until an event comes. False where one look does not tell.
inline bool is_missing(const Requirement& requirement, const Visitor& visitor,
                       const BuiltInLists& lists, EventTime now) {
  switch (requirement.kind) {
    case Requirement::Kind::kOrder: return visitor.lifetime.orders == 0;
    case Requirement::Kind::kCart: return visitor.cart.lines.empty();
    case Requirement::Kind::kEntries: break;
  }
  const Timeline::List* const list = lists.find(requirement.code);
  return list == nullptr || has_too_few(*list, requirement.count, now - requirement.window, now);
}

// Whether `value compare bound` can only hold for values above zero.
inline bool wants_some(Compare compare, const Rational& bound) {
  switch (compare) {
    case Compare::kGreater: return bound.numerator >= 0;
    case Compare::kGreaterOrEqual:
    case Compare::kEqual: return bound.numerator > 0;
    default: return false;
  }
}

}  // namespace rekindle::operators::audience
