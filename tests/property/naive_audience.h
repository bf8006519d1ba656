// A second opinion on audience expressions: random expression trees, written out as text for the
// compiler, and a tree walker that recounts everything from a plain list of events. It shares no
// code with operators/audience, core/window.h or core/timeline.h.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/event_type.h"
#include "core/ids.h"
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
  bool has_coupon = false;
  // What it tells about the visitor; of each, the one with the newest `at` counts.
  std::vector<std::pair<std::string, std::string>> traits;
  std::vector<std::pair<std::string, bool>> consents;
  std::string campaign;  // its source; "": it came by none
};
// A lifetime value model: BG/NBD in days, Gamma-Gamma in minor units.
struct Model {
  double r, alpha, a, b, p, q, v;
};
// All that an answer may depend on.
struct World {
  std::vector<PlainEvent> events;  // in order of arrival
  EventTime now;
  VisitorKey visitor;
  std::vector<std::optional<EventTime>> inside_since;  // of the audiences a0, a1, …
  std::vector<std::vector<PlainEvent>> others;         // what the site's other visitors did
  std::optional<Model> model;
};

enum class Form {
  kConstant,  // bool (number), number ÷ 2, minor units, or milliseconds, as `unit` says
  kAnd,
  kOr,
  kNot,
  kSame,
  kCompare,
  kDid,       // and the other terms that are conditions
  kTextTest,  // a text compared with `names`
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
  int64_t number = 0;  // also: a percentage in 1/10'000, a horizon in days
  std::string compare;
  // kDid, kTextTest, kTerm
  std::string term;  // "count", "cart.age", …
  std::string type;  // event type's name
  std::string field;
  int64_t window_ms = 0;  // 0: takes none
  int64_t within_ms = 0;
  std::vector<FilterTree> filter;
  std::vector<std::string> names;  // texts; the name in a term's quotes
  size_t audience = 0;             // in, in_for
};

// A random condition of at most this depth, over a few types, names and short windows, that may
// refer to the first `audiences` audiences.
[[nodiscard]] Tree random_condition(std::mt19937_64& random, int depth, size_t audiences = 0);
// As an author would write it; `scale` is minor units per major unit.
[[nodiscard]] std::string text_of(const Tree& tree, int64_t scale);
// Whether it holds at world.now.
[[nodiscard]] bool holds(const Tree& tree, const World& world);

}  // namespace rekindle::naive
