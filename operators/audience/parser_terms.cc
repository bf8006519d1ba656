// The parser's terms and what stands between their parentheses.
#include <string>
#include <utility>

#include "operators/audience/arguments.h"
#include "operators/audience/filter.h"
#include "operators/audience/parser.h"
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {

uint32_t Parser::unknown_term(const Token& token) {
  x_tokens.fault(token.where,
                 "unknown term '" + token.text + "'" + did_you_mean(token.text, term_names()));
  const uint32_t node = put({.kind = Kind::kFaulty, .where = token.where});
  if (x_tokens.at(TokenKind::kLeftParen)) skip_parenthesis();
  return node;
}

void Parser::skip_parenthesis() {
  const size_t level = x_tokens.level();
  do {
    x_tokens.take();
  } while (x_tokens.level() > level && !x_tokens.at(TokenKind::kEnd));
}

uint32_t Parser::term(const TermKind& kind, Span name) {
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
bool Parser::arguments(TermUse& use) {
  x_tokens.take();
  const size_t level = x_tokens.level();
  bool good = true;
  bool first = true;
  for (const ArgumentKind kind : use.kind->arguments) {
    if (x_tokens.at(TokenKind::kRightParen) || x_tokens.at(TokenKind::kEnd)) {
      if (kind == ArgumentKind::kFilter || kind == ArgumentKind::kMaybeLast) break;
      // After a fault the missing one may be what was misread.
      if (good)
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

bool Parser::close(const TermUse& use, size_t level, bool good) {
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

bool Parser::argument(ArgumentKind kind, TermUse& use) {
  switch (kind) {
    case ArgumentKind::kEventType: return read_event_type(x_tokens, use.arguments.types);
    case ArgumentKind::kAmountField: return read_amount_field(x_tokens, use.arguments.amount);
    case ArgumentKind::kDistinctField: return read_distinct_field(x_tokens, use.arguments.distinct);
    case ArgumentKind::kWindow: return duration_argument(use.window);
    case ArgumentKind::kFilter:
      use.arguments.filter = parse_filter(x_tokens);
      return use.arguments.filter.has_value();
    case ArgumentKind::kSteps: return read_steps(x_tokens, use.arguments.steps);
    case ArgumentKind::kStep: return read_step(x_tokens, use.arguments.steps);
    case ArgumentKind::kThenStep:
      return read_keyword(x_tokens, "then", "then purchase") &&
             read_step(x_tokens, use.arguments.steps);
    case ArgumentKind::kWithin:
      return read_keyword(x_tokens, "within", "within 30m") && duration_argument(use.within);
    case ArgumentKind::kLast:
    case ArgumentKind::kMaybeLast:
      return read_keyword(x_tokens, "last", "last 7d") && duration_argument(use.window);
    case ArgumentKind::kOffer: return read_offer(x_tokens, use.arguments);
    case ArgumentKind::kString: return read_string(x_tokens, use.arguments.text);
    case ArgumentKind::kPurpose: return read_purpose(x_tokens, use.arguments.text);
    case ArgumentKind::kAudience:
      return read_audience(x_tokens, x_audiences, use.arguments.audience);
    case ArgumentKind::kRanked: return read_ranked(x_tokens, use.arguments.cut.metric);
    case ArgumentKind::kPercent: return read_percent(x_tokens, use.arguments.cut.share);
    case ArgumentKind::kCohortType: return read_cohort_type(x_tokens, use.arguments.types);
  }
  return false;
}

// A fault inside makes the node faulty; the checker sees that.
bool Parser::duration_argument(uint32_t& node) {
  node = sum();
  return x_syntax.nodes[node].kind != Kind::kFaulty;
}

}  // namespace rekindle::operators::audience
