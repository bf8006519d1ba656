#include "operators/audience/filter.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rekindle::operators::audience {
namespace {

using Clauses = std::vector<std::vector<FilterTerm>>;

constexpr std::string_view kFields[] = {"product", "category", "brand", "value", "quantity"};

size_t terms_in(const Clauses& clauses) {
  size_t n = 0;
  for (const auto& clause : clauses) n += clause.size();
  return n;
}

// A filter read so far: where it passes and, by De Morgan's laws, where it does not. `fails` is
// missing once an amount is compared: an unknown amount passes neither comparison.
struct Part {
  Clauses passes;
  std::optional<Clauses> fails;
};

// Both keep within limits::kFilterTermsMax by giving nothing over it.
std::optional<Clauses> either(Clauses a, const Clauses& b) {
  if (terms_in(a) + terms_in(b) > limits::kFilterTermsMax) return std::nullopt;
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::optional<Clauses> both(const Clauses& a, const Clauses& b) {
  if (terms_in(a) * b.size() + terms_in(b) * a.size() > limits::kFilterTermsMax) {
    return std::nullopt;
  }
  Clauses result;
  for (const auto& left : a) {
    for (const auto& right : b) {
      result.push_back(left);
      result.back().insert(result.back().end(), right.begin(), right.end());
    }
  }
  return result;
}

class FilterParser {
 public:
  explicit FilterParser(TokenReader& tokens) : x_tokens(tokens) {}

  std::optional<Part> list(TokenKind closes) {
    std::optional<Part> part = any_of();
    while (part && x_tokens.take_if(TokenKind::kComma)) part = joined(std::move(part), true);
    if (part && !x_tokens.at(closes)) {
      return refuse(closes == TokenKind::kRightParen
                        ? "expected 'and', 'or', ',' or ')' in the filter"
                        : "expected 'and', 'or', ',' or ']' in the filter");
    }
    return part;
  }

 private:
  std::optional<Part> refuse(std::string message) {
    x_tokens.fault_here(std::move(message));
    return std::nullopt;
  }

  std::optional<Part> any_of() {
    std::optional<Part> part = all_of();
    while (part && x_tokens.take_if_name("or")) part = joined(std::move(part), false);
    return part;
  }
  std::optional<Part> all_of() {
    std::optional<Part> part = single();
    while (part && x_tokens.take_if_name("and")) {
      std::optional<Part> right = single();
      part = right ? join(*part, *right, true) : std::nullopt;
    }
    return part;
  }

  // What stands left of a ',' or `or`, with what stands right of it.
  std::optional<Part> joined(std::optional<Part> left, bool is_and) {
    std::optional<Part> right = is_and ? any_of() : all_of();
    return right ? join(*left, *right, is_and) : std::nullopt;
  }

  std::optional<Part> join(const Part& a, const Part& b, bool is_and) {
    std::optional<Clauses> passes = is_and ? both(a.passes, b.passes) : either(a.passes, b.passes);
    Part part;
    if (passes && a.fails && b.fails) {
      std::optional<Clauses> fails = is_and ? either(*a.fails, *b.fails) : both(*a.fails, *b.fails);
      if (!fails) passes.reset();
      part.fails = std::move(fails);
    }
    if (!passes) return refuse("the filter has too many combinations, write several terms instead");
    part.passes = std::move(*passes);
    return part;
  }

  std::optional<Part> single() {
    const TokenReader::Nesting nesting(x_tokens);
    if (nesting.too_deep()) return refuse("the expression is nested too deeply");
    if (!x_tokens.count_node(x_tokens.peek().where)) return std::nullopt;
    if (x_tokens.take_if_name("not")) return negated();
    if (x_tokens.take_if(TokenKind::kLeftParen)) {
      std::optional<Part> part = any_of();
      if (part && !x_tokens.take_if(TokenKind::kRightParen)) return refuse("expected ')'");
      return part;
    }
    return comparison();
  }

  std::optional<Part> negated() {
    const Span where = x_tokens.last();
    std::optional<Part> part = single();
    if (!part) return std::nullopt;
    if (!part->fails) {
      x_tokens.fault(where,
                     "'not' cannot turn an amount around here, write the opposite comparison "
                     "(an event without the amount passes neither)");
      return std::nullopt;
    }
    std::swap(part->passes, *part->fails);
    return part;
  }

  std::optional<Part> comparison() {
    if (!x_tokens.at(TokenKind::kName)) {
      return refuse("expected product, category, brand, value or quantity");
    }
    const std::string& name = x_tokens.peek().text;
    const auto field =
        static_cast<size_t>(std::find(std::begin(kFields), std::end(kFields), name) - kFields);
    if (field == std::size(kFields)) {
      return refuse("unknown field '" + name + "'" +
                    did_you_mean(name, {std::begin(kFields), std::end(kFields)}));
    }
    x_tokens.take();
    FilterTerm term;
    if (field >= 3) {
      term.kind = FilterTerm::Kind::kAmount;
      term.amount_field = field == 3 ? AmountField::kValue : AmountField::kQuantity;
      return amount(term);
    }
    term.item_field = static_cast<ItemField>(field);
    return x_tokens.take_if_name("in") ? one_of(term) : equality(term);
  }

  std::optional<Part> equality(FilterTerm term) {
    const std::optional<Compare> compare = comparison_of(x_tokens.peek().kind);
    if (!compare) return refuse("expected a comparison or 'in'");
    if (*compare != Compare::kEqual && *compare != Compare::kNotEqual) {
      return refuse("names are compared with '==', '!=' or 'in'");
    }
    x_tokens.take();
    if (!read_name(term)) return std::nullopt;
    term.compare = *compare;
    FilterTerm other = term;
    other.compare = opposite_of(*compare);
    return Part{{{term}}, Clauses{{other}}};
  }

  std::optional<Part> one_of(FilterTerm term) {
    if (!x_tokens.take_if(TokenKind::kLeftBracket)) return refuse("expected '[' after 'in'");
    Part part{{}, Clauses{{}}};
    do {
      if (part.passes.size() == limits::kFilterTermsMax) return refuse("the list is too long");
      if (!read_name(term)) return std::nullopt;
      term.compare = Compare::kEqual;
      part.passes.push_back({term});
      term.compare = Compare::kNotEqual;
      part.fails->front().push_back(term);
    } while (x_tokens.take_if(TokenKind::kComma));
    if (!x_tokens.take_if(TokenKind::kRightBracket)) return refuse("expected ',' or ']'");
    return part;
  }

  bool read_name(FilterTerm& term) {
    const Token& token = x_tokens.peek();
    if (token.kind != TokenKind::kString) {
      x_tokens.fault_here("expected a name in quotes");
      return false;
    }
    if (token.text.empty() || token.text.size() > limits::kIdBytesMax) {
      x_tokens.fault_here("a name has 1 to " + std::to_string(limits::kIdBytesMax) + " bytes");
      return false;
    }
    term.name = item_name_hash(token.text);
    x_tokens.take();
    return true;
  }

  std::optional<Part> amount(FilterTerm term) {
    const std::optional<Compare> compare = comparison_of(x_tokens.peek().kind);
    if (!compare) return refuse("expected a comparison");
    x_tokens.take();
    const bool negative = x_tokens.take_if(TokenKind::kMinus);
    if (!x_tokens.at(TokenKind::kNumber)) {
      return refuse("expected a number (value in major units of the site's currency)");
    }
    constexpr int64_t kMost = limits::kMoneyMinorMax;
    const std::optional<Rational> scaled = multiply(x_tokens.peek().value, Rational::whole(10'000));
    const std::optional<int64_t> number = scaled ? whole_of(*scaled) : std::nullopt;
    if (!number || *number > kMost * 10'000) {
      return refuse("a number here has at most 4 decimals and is at most " + std::to_string(kMost));
    }
    x_tokens.take();
    if (x_tokens.at(TokenKind::kName) && Currency::parse(x_tokens.peek().text)) {
      return refuse("amounts in a filter are plain numbers of the site's currency");
    }
    term.compare = *compare;
    term.number_e4 = negative ? -*number : *number;
    return Part{{{term}}, std::nullopt};
  }

  TokenReader& x_tokens;
};

}  // namespace

std::optional<Filter> parse_filter(TokenReader& tokens, TokenKind closes) {
  std::optional<Part> part = FilterParser(tokens).list(closes);
  if (!part) return std::nullopt;
  return Filter{std::move(part->passes)};
}

std::optional<Compare> comparison_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual: return Compare::kEqual;
    case TokenKind::kNotEqual: return Compare::kNotEqual;
    case TokenKind::kLess: return Compare::kLess;
    case TokenKind::kLessOrEqual: return Compare::kLessOrEqual;
    case TokenKind::kGreater: return Compare::kGreater;
    case TokenKind::kGreaterOrEqual: return Compare::kGreaterOrEqual;
    default: return std::nullopt;
  }
}

Compare opposite_of(Compare compare) {
  switch (compare) {
    case Compare::kEqual: return Compare::kNotEqual;
    case Compare::kNotEqual: return Compare::kEqual;
    case Compare::kLess: return Compare::kGreaterOrEqual;
    case Compare::kLessOrEqual: return Compare::kGreater;
    case Compare::kGreater: return Compare::kLessOrEqual;
    case Compare::kGreaterOrEqual: return Compare::kLess;
  }
  return Compare::kEqual;
}

}  // namespace rekindle::operators::audience
