// What the terms of the naive evaluator give. Shared by its own files only.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "cli/naive/tree.h"

namespace rekindle::naive {

using Wide = __int128;

struct Value {
  enum { kKnown, kUnknown, kInfinite } state = kKnown;
  Wide top = 0;  // kInfinite: its sign
  Wide bottom = 1;
};
inline const Value kUnknown{Value::kUnknown};
inline const Value kInfinite{Value::kInfinite, 1};

inline int sign_of(Wide n) {
  return n > 0 ? 1 : (n < 0 ? -1 : 0);
}
inline Value whole(int64_t n) {
  return {Value::kKnown, n};
}
inline bool compare(const std::string& op, int sign) {
  if (op == "==") return sign == 0;
  if (op == "!=") return sign != 0;
  if (op == "<") return sign < 0;
  if (op == "<=") return sign <= 0;
  if (op == ">") return sign > 0;
  return sign >= 0;
}

// In events.cc.
[[nodiscard]] std::optional<int64_t> amount_of(const PlainEvent& event, const std::string& field);
[[nodiscard]] const std::string& name_in(const PlainItem& item, const std::string& field);
[[nodiscard]] bool matches(const Tree& tree, const PlainEvent& event);
[[nodiscard]] bool sequence(const Tree& tree, const World& world);
[[nodiscard]] bool without(const Tree& tree, const World& world);

// In terms.cc: the totals named lifetime.…
[[nodiscard]] Value lifetime(const std::string& term, const std::vector<PlainEvent>& events);
// In customers.cc.
[[nodiscard]] bool ranks(const Tree& tree, const World& world);  // top, percentile
[[nodiscard]] Value score(const std::string& term, const World& world);
[[nodiscard]] Value clv(int64_t days, const World& world);
[[nodiscard]] Value p_alive(const World& world);

[[nodiscard]] Value value_of_term(const Tree& tree, const World& world);
[[nodiscard]] bool truth_of_term(const Tree& tree, const World& world);
[[nodiscard]] std::optional<std::string> text_of_term(const Tree& tree, const World& world);

}  // namespace rekindle::naive
