#include "operators/audience/parser.h"

#include <optional>
#include <string>
#include <utility>

#include "operators/audience/filter.h"
#include "operators/audience/period.h"
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {

Syntax Parser::run() {
  if (x_tokens.at(TokenKind::kEnd)) {
    x_tokens.fault_here("the expression is empty");
    x_syntax.root = faulty();
  } else {
    x_syntax.root = any_of();
    if (!x_tokens.at(TokenKind::kEnd)) unexpected_rest();
  }
  return std::move(x_syntax);
}

uint32_t Parser::put(Node node) {
  if (!x_tokens.count_node(node.where)) {
    if (x_syntax.nodes.size() > limits::kExpressionNodesMax) return 0;
    node.kind = Kind::kFaulty;
  }
  x_syntax.nodes.push_back(node);
  return static_cast<uint32_t>(x_syntax.nodes.size() - 1);
}

uint32_t Parser::refuse(std::string message) {
  x_tokens.fault_here(std::move(message));
  return faulty();
}

uint32_t Parser::binary(Kind kind, uint32_t left, uint32_t right, Span sign) {
  return put({.kind = kind,
              .where = {where_of(left).begin, where_of(right).end},
              .sign = sign,
              .left = left,
              .right = right});
}

uint32_t Parser::any_of() {
  uint32_t left = all_of();
  while (x_tokens.at_name("or")) {
    const Span sign = x_tokens.take().where;
    left = binary(Kind::kOr, left, all_of(), sign);
  }
  return left;
}

uint32_t Parser::all_of() {
  uint32_t left = negation();
  while (x_tokens.at_name("and")) {
    const Span sign = x_tokens.take().where;
    left = binary(Kind::kAnd, left, negation(), sign);
  }
  return left;
}

uint32_t Parser::negation() {
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

uint32_t Parser::comparison() {
  const uint32_t left = sum();
  if (x_tokens.at_name("in")) return membership(left);
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

// `trait("country") in ["DE", "AT"]` and `first(purchase) in 2026-03`.
uint32_t Parser::membership(uint32_t left) {
  const Span sign = x_tokens.take().where;
  if (x_tokens.at(TokenKind::kLeftBracket)) return one_of(left, sign);
  if (x_tokens.at(TokenKind::kPeriod)) return within_period(left, sign);
  return refuse("'in' takes a list such as [\"DE\", \"AT\"] or a period such as 2026-03");
}

uint32_t Parser::one_of(uint32_t left, Span sign) {
  const size_t level = x_tokens.level();
  const uint32_t list = put({.kind = Kind::kText, .where = x_tokens.take().where});
  const auto first = static_cast<uint32_t>(x_syntax.texts.size());
  do {
    if (!x_tokens.at(TokenKind::kString)) {
      const uint32_t fault = refuse("expected a text in quotes");
      while (!x_tokens.at(TokenKind::kEnd) && x_tokens.level() > level) x_tokens.take();
      return fault;
    }
    x_syntax.texts.push_back(x_tokens.take().text);
  } while (x_tokens.take_if(TokenKind::kComma));
  if (!x_tokens.take_if(TokenKind::kRightBracket)) return refuse("expected ',' or ']'");
  Node& texts = x_syntax.nodes[list];
  texts.index = first;
  texts.count = static_cast<uint32_t>(x_syntax.texts.size()) - first;
  texts.where.end = x_tokens.last().end;
  return binary(Kind::kOneOf, left, list, sign);
}

uint32_t Parser::within_period(uint32_t left, Span sign) {
  const Token& token = x_tokens.take();
  const Result<Period> period = parse_period(token.text);
  if (!period) {
    x_tokens.fault(token.where, period.error().detail);
    return put({.kind = Kind::kFaulty, .where = token.where});
  }
  const uint32_t node = put({.kind = Kind::kWithin,
                             .where = {where_of(left).begin, token.where.end},
                             .sign = sign,
                             .left = left});
  x_syntax.nodes[node].index = static_cast<uint32_t>(x_syntax.periods.size());
  x_syntax.periods.push_back(*period);
  return node;
}

uint32_t Parser::sum() {
  uint32_t left = product();
  while (x_tokens.at(TokenKind::kPlus) || x_tokens.at(TokenKind::kMinus)) {
    const Kind kind = x_tokens.at(TokenKind::kPlus) ? Kind::kAdd : Kind::kSubtract;
    const Span sign = x_tokens.take().where;
    left = binary(kind, left, product(), sign);
  }
  return left;
}

uint32_t Parser::product() {
  uint32_t left = unary();
  while (x_tokens.at(TokenKind::kTimes) || x_tokens.at(TokenKind::kDivide)) {
    const Kind kind = x_tokens.at(TokenKind::kTimes) ? Kind::kMultiply : Kind::kDivide;
    const Span sign = x_tokens.take().where;
    left = binary(kind, left, unary(), sign);
  }
  return left;
}

uint32_t Parser::unary() {
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

uint32_t Parser::primary() {
  const Token& token = x_tokens.peek();
  switch (token.kind) {
    case TokenKind::kNumber: return number();
    case TokenKind::kDuration: {
      const uint32_t node =
          put({.kind = Kind::kDuration, .where = token.where, .value = token.value});
      x_tokens.take();
      return node;
    }
    case TokenKind::kPercent: {
      const uint32_t node = refuse("a percentage stands only in top(…, 20%)");
      x_tokens.take();
      return node;
    }
    case TokenKind::kLeftParen: return parenthesis();
    case TokenKind::kName: return named();
    case TokenKind::kString: return text();
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

uint32_t Parser::number() {
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

uint32_t Parser::text() {
  const Token& token = x_tokens.take();
  x_syntax.texts.push_back(token.text);
  return put({.kind = Kind::kText,
              .where = token.where,
              .index = static_cast<uint32_t>(x_syntax.texts.size() - 1),
              .count = 1});
}

uint32_t Parser::parenthesis() {
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
uint32_t Parser::too_deep() {
  const uint32_t node = refuse("the expression is nested too deeply");
  while (!x_tokens.at(TokenKind::kEnd)) x_tokens.take();
  return node;
}

uint32_t Parser::named() {
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

void Parser::unexpected_rest() {
  const Token& token = x_tokens.peek();
  x_tokens.fault_here(token.kind == TokenKind::kRightParen ? "this ')' closes nothing"
                                                           : "expected 'and', 'or' or the end");
}

Syntax parse(std::string_view source, std::span<const KnownAudience> audiences, Faults& faults) {
  TokenReader tokens(tokenize(source, faults), faults);
  return Parser(tokens, audiences).run();
}

}  // namespace rekindle::operators::audience
