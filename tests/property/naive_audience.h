// A second opinion on audience expressions: random expression trees, written out as text for the
// compiler, and a tree walker that recounts everything from a plain list of events. It shares no
// code with operators/audience, core/window.h or core/timeline.h.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/event_type.h"
#include "core/time.h"

namespace rekindle::naive {

struct PlainItem {
  std::string product, category, brand;  // "": absent
  int64_t price = 0;
  uint32_t quantity = 1;
};
struct PlainEvent {
  EventType type = EventType::kNone;
  EventTime at;
  std::string order;
  bool has_value = false;
  int64_t value = 0;  // minor units
  std::vector<PlainItem> items;
};

enum class Form {
  kConstant,  // bool (number), number ÷ 2, minor units, or milliseconds, as `unit` says
  kAnd,
  kOr,
  kNot,
  kSame,
  kCompare,
  kDid,
  kTerm,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
};
enum class Unit { kBool, kNumber, kMoney, kDuration };

struct FilterTree {
  enum class Form { kAnd, kOr, kNot, kName, kAmount } form = Form::kName;
  std::vector<FilterTree> parts;
  std::string field;
  std::string compare;
  std::vector<std::string> names;  // several: `in`
  int64_t amount = 0;              // minor units or pieces
};

struct Tree {
  Form form = Form::kConstant;
  Unit unit = Unit::kBool;
  std::vector<Tree> parts;
  int64_t number = 0;
  std::string compare;
  // kDid, kTerm
  std::string term;  // "count", "cart.age", …
  std::string type;  // event type's name
  std::string field;
  int64_t window_ms = 0;  // 0: takes none
  std::vector<FilterTree> filter;
};

// A random condition of at most this depth, over a few types, names and short windows.
[[nodiscard]] Tree random_condition(std::mt19937_64& random, int depth);
// As an author would write it; `scale` is minor units per major unit.
[[nodiscard]] std::string text_of(const Tree& tree, int64_t scale);
// Whether it holds at `now` for someone with these events, in order of arrival.
[[nodiscard]] bool holds(const Tree& tree, const std::vector<PlainEvent>& events, EventTime now);

}  // namespace rekindle::naive
