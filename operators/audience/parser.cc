#include "operators/audience/parser.h"

#include <optional>
#include <string>
#include <utility>

#include "operators/audience/arguments.h"
#include "operators/audience/filter.h"
#include "operators/audience/terms.h"
#include "operators/audience/token_reader.h"

namespace rekindle::operators::audience {
namespace {

using Kind = Node::Kind;

class Parser {
 public:
  explicit Parser(TokenReader& tokens) : x_tokens(tokens) {}

  Syntax run() {
    if (x_tokens.at(TokenKind::kEnd)) {
      x_tokens.fault_here("the expression is empty");
      x_syntax.root = faulty();
    } else {
      x_syntax.root = any_of();
      if (!x_tokens.at(TokenKind::kEnd)) unexpected_rest();
    }
    return std::move(x_syntax);
  }

 private:
  // --- making nodes ------------------------------------------------------------------------------
  uint32_t put(Node node) {
    if (!x_tokens.count_node(node.where)) {
      if (x_syntax.nodes.size() > limits::kExpressionNodesMax) return 0;
      node.kind = Kind::kFaulty;
    }
    x_syntax.nodes.push_back(node);
    return static_cast<uint32_t>(x_syntax.nodes.size() - 1);
  }
  uint32_t faulty() { return put({.kind = Kind::kFaulty, .where = x_tokens.peek().where}); }
  uint32_t refuse(std::string message) {
    x_tokens.fault_here(std::move(message));
    return faulty();
  }
  [[nodiscard]] Span where_of(uint32_t node) const { return x_syntax.nodes[node].where; }

  uint32_t binary(Kind kind, uint32_t left, uint32_t right, Span sign) {
    return put({.kind = kind,
                .where = {where_of(left).begin, where_of(right).end},
                .sign = sign,
                .left = left,
                .right = right});
  }

  // --- the grammar, loosest first ----------------------------------------------------------------
  uint32_t any_of() {
    uint32_t left = all_of();
    while (x_tokens.at_name("or")) {
      const Span sign = x_tokens.take().where;
      left = binary(Kind::kOr, left, all_of(), sign);
    }
    return left;
  }

  uint32_t all_of() {
    uint32_t left = negation();
    while (x_tokens.at_name("and")) {
      const Span sign = x_tokens.take().where;
      left = binary(Kind::kAnd, left, negation(), sign);
    }
    return left;
  }

  uint32_t negation() {
    if (!x_tokens.at_name("not")) return comparison();
    const TokenReader::Nesting nesting(x_tokens);
    if (nesting.too_deep()) return too_deep();
    const Span sign = x_tokens.take().where;
    const uint32_t operand = negation();
    return put({.kind = Kind::kNot,
                .where = {sign.begin, where_of(operand).end},
                .sign = sign,
                .left = operand});
  }

  uint32_t comparison() {
    const uint32_t left = sum();
    const std::optional<Compare> compare = comparison_of(x_tokens.peek().kind);
    if (!compare) return left;
    const Span sign = x_tokens.take().where;
    const uint32_t node = binary(Kind::kCompare, left, sum(), sign);
    x_syntax.nodes[node].compare = *compare;
    while (comparison_of(x_tokens.peek().kind)) {
      x_tokens.fault_here("comparisons do not chain, join two of them with 'and'");
      x_tokens.take();
      x_syntax.nodes[node].kind = Kind::kFaulty;
      sum();
    }
    return node;
  }

  uint32_t sum() {
    uint32_t left = product();
    while (x_tokens.at(TokenKind::kPlus) || x_tokens.at(TokenKind::kMinus)) {
      const Kind kind = x_tokens.at(TokenKind::kPlus) ? Kind::kAdd : Kind::kSubtract;
      const Span sign = x_tokens.take().where;
      left = binary(kind, left, product(), sign);
    }
    return left;
  }

  uint32_t product() {
    uint32_t left = unary();
    while (x_tokens.at(TokenKind::kTimes) || x_tokens.at(TokenKind::kDivide)) {
      const Kind kind = x_tokens.at(TokenKind::kTimes) ? Kind::kMultiply : Kind::kDivide;
      const Span sign = x_tokens.take().where;
      left = binary(kind, left, unary(), sign);
    }
    return left;
  }

  uint32_t unary() {
    if (!x_tokens.at(TokenKind::kMinus)) return primary();
    const TokenReader::Nesting nesting(x_tokens);
    if (nesting.too_deep()) return too_deep();
    const Span sign = x_tokens.take().where;
    const uint32_t operand = unary();
    return put({.kind = Kind::kNegate,
                .where = {sign.begin, where_of(operand).end},
                .sign = sign,
                .left = operand});
  }

  uint32_t primary() {
    const Token& token = x_tokens.peek();
    switch (token.kind) {
      case TokenKind::kNumber: return number();
      case TokenKind::kDuration: {
        const uint32_t node =
            put({.kind = Kind::kDuration, .where = token.where, .value = token.value});
        x_tokens.take();
        return node;
      }
      case TokenKind::kLeftParen: return parenthesis();
      case TokenKind::kName: return named();
      case TokenKind::kString: {
        x_tokens.fault_here("a name in quotes belongs inside a term's filter");
        x_tokens.take();
        return faulty();
      }
      case TokenKind::kEnd: return refuse("the expression ends here, but something must follow");
      default: {
        const uint32_t node = refuse("expected a term, a number or '('");
        if (!x_tokens.at(TokenKind::kRightParen) && !x_tokens.at(TokenKind::kComma)) {
          x_tokens.take();
        }
        return node;
      }
    }
  }

  uint32_t number() {
    const Token token = x_tokens.take();
    if (x_tokens.at(TokenKind::kName)) {
      const Token& next = x_tokens.peek();
      const Result<Currency> currency = Currency::parse(next.text);
      if (currency && currency->code() == next.text) {
        const Span where{token.where.begin, next.where.end};
        x_tokens.take();
        return put(
            {.kind = Kind::kMoney, .where = where, .value = token.value, .currency = *currency});
      }
    }
    return put({.kind = Kind::kNumber, .where = token.where, .value = token.value});
  }

  uint32_t parenthesis() {
    const TokenReader::Nesting nesting(x_tokens);
    if (nesting.too_deep()) return too_deep();
    const size_t level = x_tokens.level();
    const Span open = x_tokens.take().where;
    const uint32_t inner = any_of();
    if (!x_tokens.at(TokenKind::kRightParen)) {
      if (x_syntax.nodes[inner].kind != Kind::kFaulty) {
        x_tokens.fault_here("expected ')' or an operator");
      }
      x_syntax.nodes[inner].kind = Kind::kFaulty;
      while (!x_tokens.at(TokenKind::kEnd) && x_tokens.level() > level) x_tokens.take();
      return inner;
    }
    x_syntax.nodes[inner].where = {open.begin, x_tokens.take().where.end};
    return inner;
  }

  // Everything that follows would be as deep: the rest is not read.
  uint32_t too_deep() {
    const uint32_t node = refuse("the expression is nested too deeply");
    while (!x_tokens.at(TokenKind::kEnd)) x_tokens.take();
    return node;
  }

  uint32_t named() {
    if (x_tokens.at_name("and") || x_tokens.at_name("or")) {
      return refuse("expected a term before '" + x_tokens.peek().text + "'");
    }
    const Token token = x_tokens.take();
    if (token.text == "true" || token.text == "false") {
      return put({.kind = token.text == "true" ? Kind::kTrue : Kind::kFalse, .where = token.where});
    }
    const TermKind* kind = find_term(token.text);
    return kind == nullptr ? unknown_term(token) : term(*kind, token.where);
  }

  uint32_t unknown_term(const Token& token) {
    std::string message;
    if (is_planned_term(token.text)) {
      message = "'" + token.text + "' is not available in this version";
    } else {
      message = "unknown term '" + token.text + "'" + did_you_mean(token.text, term_names());
    }
    x_tokens.fault(token.where, std::move(message));
    const uint32_t node = put({.kind = Kind::kFaulty, .where = token.where});
    if (x_tokens.at(TokenKind::kLeftParen)) skip_parenthesis();
    return node;
  }

  void skip_parenthesis() {
    const size_t level = x_tokens.level();
    do {
      x_tokens.take();
    } while (x_tokens.level() > level && !x_tokens.at(TokenKind::kEnd));
  }

  uint32_t term(const TermKind& kind, Span name) {
    const TokenReader::Nesting nesting(x_tokens);
    if (nesting.too_deep()) return too_deep();
    TermUse use;
    use.kind = &kind;
    bool good = true;
    if (!kind.arguments.empty()) {
      if (!x_tokens.at(TokenKind::kLeftParen)) {
        x_tokens.fault(name, "write " + std::string(kind.usage));
        return put({.kind = Kind::kFaulty, .where = name});
      }
      good = arguments(use);
    } else if (x_tokens.at(TokenKind::kLeftParen)) {
      x_tokens.fault_here("'" + std::string(kind.name) + "' takes no arguments");
      skip_parenthesis();
      good = false;
    }
    const Span where{name.begin, x_tokens.last().end};
    if (!good) return put({.kind = Kind::kFaulty, .where = where});
    const auto index = static_cast<uint32_t>(x_syntax.terms.size());
    x_syntax.terms.push_back(std::move(use));
    return put({.kind = Kind::kTerm, .where = where, .term = index});
  }

  // Reads "( … )". A faulty argument does not keep the later ones from being checked.
  bool arguments(TermUse& use) {
    x_tokens.take();
    const size_t level = x_tokens.level();
    bool good = true;
    bool first = true;
    for (const ArgumentKind kind : use.kind->arguments) {
      if (x_tokens.at(TokenKind::kRightParen) || x_tokens.at(TokenKind::kEnd)) {
        if (kind == ArgumentKind::kFilter) break;
        x_tokens.fault_here("an argument is missing, write " + std::string(use.kind->usage));
        good = false;
        break;
      }
      if (!first) x_tokens.take();  // the comma
      first = false;
      bool this_good = argument(kind, use);
      if (this_good && !x_tokens.at(TokenKind::kComma) && !x_tokens.at(TokenKind::kRightParen)) {
        x_tokens.fault_here("expected ',' or ')'");
        this_good = false;
      }
      if (!this_good) x_tokens.skip_argument(level);
      good = good && this_good;
    }
    return close(use, level, good);
  }

  bool close(const TermUse& use, size_t level, bool good) {
    if (good && x_tokens.at(TokenKind::kComma)) {
      x_tokens.fault_here("too many arguments, write " + std::string(use.kind->usage));
      good = false;
    }
    while (x_tokens.at(TokenKind::kComma)) {
      x_tokens.take();
      x_tokens.skip_argument(level);
    }
    if (x_tokens.take_if(TokenKind::kRightParen)) return good;
    if (good) x_tokens.fault_here("expected ')'");
    return false;
  }

  bool argument(ArgumentKind kind, TermUse& use) {
    switch (kind) {
      case ArgumentKind::kEventType: return read_event_type(x_tokens, use.arguments.types);
      case ArgumentKind::kAmountField: return read_amount_field(x_tokens, use.arguments.amount);
      case ArgumentKind::kDistinctField:
        return read_distinct_field(x_tokens, use.arguments.distinct);
      case ArgumentKind::kWindow: {
        // A fault inside makes the node faulty; the checker sees that.
        use.window = sum();
        return x_syntax.nodes[use.window].kind != Kind::kFaulty;
      }
      case ArgumentKind::kFilter:
        use.arguments.filter = parse_filter(x_tokens);
        return use.arguments.filter.has_value();
    }
    return false;
  }

  void unexpected_rest() {
    const Token& token = x_tokens.peek();
    x_tokens.fault_here(token.kind == TokenKind::kRightParen ? "this ')' closes nothing"
                                                             : "expected 'and', 'or' or the end");
  }

  TokenReader& x_tokens;
  Syntax x_syntax;
};

}  // namespace

Syntax parse(std::string_view source, Faults& faults) {
  TokenReader tokens(tokenize(source, faults), faults);
  return Parser(tokens).run();
}

}  // namespace rekindle::operators::audience
