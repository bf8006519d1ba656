// Reads tokens into a Syntax. Reports every fault it can tell apart, then goes on. Never on the
// event path.
//
//   or      := and { "or" and }
//   and     := not { "and" not }
//   not     := "not" not | compare
//   compare := sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" texts | "in" period ]
//   texts   := "[" string { "," string } "]"
//   period  := date [ ".." date ]                  date := YYYY | YYYY-MM | YYYY-MM-DD
//   sum     := product { ("+" | "-") product }
//   product := unary { ("*" | "/") unary }
//   unary   := "-" unary | primary
//   primary := number [ currency ] | duration | string | "true" | "false" | term | "(" or ")"
//   term    := name [ "(" arguments ")" ]
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "operators/audience/known_audience.h"
#include "operators/audience/syntax.h"
#include "operators/audience/token_reader.h"

namespace rekindle::operators::audience {

[[nodiscard]] Syntax parse(std::string_view source, std::span<const KnownAudience> audiences,
                           Faults& faults);

class Parser {
 public:
  Parser(TokenReader& tokens, std::span<const KnownAudience> audiences)
      : x_tokens(tokens), x_audiences(audiences) {}
  [[nodiscard]] Syntax run();

 private:
  using Kind = Node::Kind;

  // --- making nodes
  uint32_t put(Node node);
  uint32_t faulty() { return put({.kind = Kind::kFaulty, .where = x_tokens.peek().where}); }
  uint32_t refuse(std::string message);
  uint32_t too_deep();
  uint32_t binary(Kind kind, uint32_t left, uint32_t right, Span sign);
  [[nodiscard]] Span where_of(uint32_t node) const { return x_syntax.nodes[node].where; }

  // --- the grammar, loosest first
  uint32_t any_of();
  uint32_t all_of();
  uint32_t negation();
  uint32_t comparison();
  uint32_t membership(uint32_t left);
  uint32_t one_of(uint32_t left, Span sign);
  uint32_t within_period(uint32_t left, Span sign);
  uint32_t sum();
  uint32_t product();
  uint32_t unary();
  uint32_t primary();
  uint32_t number();
  uint32_t text();
  uint32_t parenthesis();
  uint32_t named();
  void unexpected_rest();

  // --- terms and their arguments, in parser_terms.cc
  uint32_t unknown_term(const Token& token);
  void skip_parenthesis();
  uint32_t term(const TermKind& kind, Span name);
  bool arguments(TermUse& use);
  bool close(const TermUse& use, size_t level, bool good);
  bool argument(ArgumentKind kind, TermUse& use);
  bool duration_argument(uint32_t& node);

  TokenReader& x_tokens;
  std::span<const KnownAudience> x_audiences;
  Syntax x_syntax;
};

}  // namespace rekindle::operators::audience
