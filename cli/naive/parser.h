// Reads an audience expression as docs/audience-language.md describes it, for the naive evaluator.
// Only expressions that the engine's own compiler accepted come here, so faults are few and short:
// what this parser does not know is said to be unknown, never guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/naive/scanner.h"
#include "cli/naive/tree.h"
#include "core/error.h"
#include "core/money.h"

namespace rekindle::naive {

// `audiences` are the names in(…) and in_for(…) may use; Tree::audience is a place among them.
// Errors: kInvalidExpression.
[[nodiscard]] Result<Tree> parse(std::string_view when, Currency currency,
                                 const std::vector<std::string>& audiences);

// Used by parse().
class Parser {
 public:
  Parser(std::string_view when, Currency currency, const std::vector<std::string>& audiences)
      : x_scanner(when), x_currency(currency), x_audiences(audiences) {}
  [[nodiscard]] Result<Tree> run();

 private:
  using Read = Tree (Parser::*)();

  Tree any_of();
  Tree all_of();
  Tree negation();
  Tree comparison();
  Tree sum();
  Tree product();
  Tree unary();
  Tree primary();
  Tree joined(Form form, std::string_view word, Read part);
  Tree within_period(Tree instant);
  Tree one_of(Tree text);
  Tree compared(Tree left, std::string sign, Tree right);
  Tree number();
  // In parser_terms.cc.
  Tree term(const std::string& name);
  void arguments(Tree& tree);
  void steps(Tree& tree);
  void rank(Tree& tree);
  Tree step();
  void audience(Tree& tree);
  int64_t duration();
  FilterTree filter();
  FilterTree filter_any();
  FilterTree filter_all();
  FilterTree filter_single();
  FilterTree filter_comparison();

  void match_money(Tree& left, Tree& right) const;

  Scanner x_scanner;
  Currency x_currency;
  const std::vector<std::string>& x_audiences;
};

}  // namespace rekindle::naive
