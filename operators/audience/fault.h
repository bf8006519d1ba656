// What is wrong with an expression, where, and how that is shown to its author.
// Made by the lexer, parser and checker; never on the event path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rekindle::operators::audience {

// Bytes [begin, end) of an expression's source.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct Fault {
  Span where;
  std::string message;  // lower case, no full stop
};

// Where an expression's first byte stands in the file its author wrote. Lines and columns count
// from 1; `indent` columns were cut from every line but the first (YAML block scalars).
struct Origin {
  std::string_view file = "expression";
  uint32_t line = 1;
  uint32_t column = 1;
  uint32_t indent = 0;
};

// Collects faults in the order of discovery, at most kFaultsMax (the rest would be echoes).
class Faults {
 public:
  static constexpr size_t kFaultsMax = 20;
  void add(Span where, std::string message);
  [[nodiscard]] bool empty() const { return x_faults.empty(); }
  [[nodiscard]] const std::vector<Fault>& all() const { return x_faults; }
  // "file:line:column: error: message", the source line and a caret line, for each, by position.
  [[nodiscard]] std::string render(std::string_view source, const Origin& origin) const;

 private:
  std::vector<Fault> x_faults;
};

// The candidate closest to `word` when it is close enough to be a typing slip, else "".
[[nodiscard]] std::string_view closest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);
// ", did you mean 'x'?" or "".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace rekindle::operators::audience
