// A second opinion on audience expressions, for `rekindle verify --naive` and the property tests: a
// parser of its own (cli/naive/parser.h) and a tree walker that recounts everything from a plain
// list of events for every question. It shares no code with operators/audience, core/window.h or
// core/timeline.h, is as slow as it looks, and knows nothing of the bounds on a visitor's state.
//
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <optional>
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
  bool has_price = true;
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
  std::vector<std::pair<std::string, std::string>> traits;  // "": taken back
  std::vector<std::pair<std::string, bool>> consents;
  std::string campaign;  // its source; with the next two "": it came by none
  std::string campaign_medium, campaign_name;
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
  kUnknown,   // an amount in a currency that is not the site's
  kAnd,
  kOr,
  kNot,
  kSame,
  kCompare,
  kDid,       // and the other terms that are conditions
  kTextTest,  // a text compared with `names`, or with a second text
  kText,      // names[0], as written
  kTerm,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
};
enum class Unit { kBool, kNumber, kMoney, kDuration, kText, kInstant };

struct FilterTree {
  enum class Form { kAnd, kOr, kNot, kName, kAmount } form = Form::kName;
  std::vector<FilterTree> parts;
  std::string field;
  std::string compare;
  std::vector<std::string> names;  // several: `in`
  int64_t amount = 0;              // minor units or pieces …
  int64_t divisor = 1;             // … when divided by this
};

struct Tree {
  Form form = Form::kConstant;
  Unit unit = Unit::kBool;
  std::vector<Tree> parts;
  int64_t number = 0;   // also: a percentage in 1/kPercent, a horizon in days
  int64_t divisor = 0;  // of a kConstant; 0: 2 for numbers, else 1
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
  EventTime begin, end;            // of the period of `first(…) in`: begin ≤ it < end
  std::string source;              // the part of the expression it was read from; may be empty
};

inline constexpr int64_t kPercent = 10'000;  // Tree::number of one percent

// Whether it needs to know the site's other customers: world.others or world.model.
[[nodiscard]] bool asks_about_customers(const Tree& tree);
// Whether it holds at world.now.
[[nodiscard]] bool holds(const Tree& tree, const World& world);
// A constant quantity, if it is a whole number (of milliseconds for a duration).
[[nodiscard]] std::optional<int64_t> whole_constant(const Tree& tree);
// What a quantity or text amounts to, for people: "12", "unknown", "never".
[[nodiscard]] std::string shown(const Tree& tree, const World& world);

}  // namespace rekindle::naive
