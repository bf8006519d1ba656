// The parser's terms, their arguments, and filters.
#include <algorithm>
#include <map>
#include <utility>

#include "cli/naive/parser.h"

namespace rekindle::naive {
namespace {

// Terms that stand alone.
const std::map<std::string, Unit>& plain_terms() {
  static const std::map<std::string, Unit> kTerms = {
      {"first_seen", Unit::kDuration},
      {"last_seen", Unit::kDuration},
      {"cart.value", Unit::kMoney},
      {"cart.items", Unit::kNumber},
      {"cart.age", Unit::kDuration},
      {"lifetime.orders", Unit::kNumber},
      {"lifetime.revenue", Unit::kMoney},
      {"lifetime.aov", Unit::kMoney},
      {"lifetime.events", Unit::kNumber},
      {"lifetime.order_interval", Unit::kDuration},
      {"lifetime.coupon_share", Unit::kNumber},
      {"lifetime.refund_share", Unit::kNumber},
      {"rfm.recency", Unit::kNumber},
      {"rfm.frequency", Unit::kNumber},
      {"rfm.monetary", Unit::kNumber},
      {"p_alive", Unit::kNumber},
      {"campaign.source", Unit::kText},
      {"campaign.medium", Unit::kText},
      {"campaign.name", Unit::kText},
      {"campaign.first_source", Unit::kText},
      {"campaign.first_medium", Unit::kText},
      {"campaign.first_name", Unit::kText},
  };
  return kTerms;
}

// Terms with arguments. Those over a window's amounts are Money for `value`.
const std::map<std::string, Unit>& called_terms() {
  static const std::map<std::string, Unit> kTerms = {
      {"count", Unit::kNumber},  {"sum", Unit::kNumber},        {"min", Unit::kNumber},
      {"max", Unit::kNumber},    {"avg", Unit::kNumber},        {"distinct", Unit::kNumber},
      {"did", Unit::kBool},      {"since", Unit::kDuration},    {"exposures", Unit::kNumber},
      {"trait", Unit::kText},    {"consent", Unit::kBool},      {"bucket", Unit::kNumber},
      {"in", Unit::kBool},       {"in_for", Unit::kDuration},   {"first", Unit::kInstant},
      {"sequence", Unit::kBool}, {"without", Unit::kBool},      {"top", Unit::kBool},
      {"clv", Unit::kMoney},     {"percentile", Unit::kNumber},
  };
  return kTerms;
}

}  // namespace

Tree Parser::term(const std::string& name) {
  Tree tree{.form = Form::kTerm};
  tree.term = name;
  if (const auto plain = plain_terms().find(name); plain != plain_terms().end()) {
    tree.unit = plain->second;
    return tree;
  }
  const auto called = called_terms().find(name);
  if (called == called_terms().end()) {
    x_scanner.fail("the naive evaluator does not know '" + name + "'");
    return tree;
  }
  tree.unit = called->second;
  if (tree.unit == Unit::kBool) tree.form = Form::kDid;
  x_scanner.expect("(");
  arguments(tree);
  x_scanner.expect(")");
  if (tree.field == "value") tree.unit = Unit::kMoney;
  return tree;
}

void Parser::arguments(Tree& tree) {
  const std::string& term = tree.term;
  if (term == "sequence" || term == "without") return steps(tree);
  if (term == "in" || term == "in_for") return audience(tree);
  if (term == "top" || term == "percentile") return rank(tree);
  if (term == "clv") {
    tree.number = duration() / days(1).ms;
    return;
  }
  if (term == "trait" || term == "bucket") {
    tree.names = {x_scanner.string()};
    return;
  }
  if (term == "consent") {
    tree.names = {x_scanner.at_string() ? x_scanner.string() : x_scanner.name()};
    return;
  }
  if (term == "exposures") {
    if (!x_scanner.take_word("any_offer")) tree.names = {x_scanner.string()};
    x_scanner.expect(",");
    tree.window_ms = duration();
    return;
  }
  tree.type = x_scanner.at_string() ? x_scanner.string() : x_scanner.name();
  if (tree.type != "any" && !parse_event_type(tree.type)) x_scanner.fail("no event type");
  if (term == "first") return;
  if (term != "count" && term != "did" && term != "since") {
    x_scanner.expect(",");
    tree.field = x_scanner.name();
  }
  if (term != "since") {
    x_scanner.expect(",");
    tree.window_ms = duration();
  }
  if (x_scanner.take(",")) tree.filter = {filter()};
}

// METRIC, or METRIC, P%
void Parser::rank(Tree& tree) {
  tree.field = x_scanner.name();
  if (tree.term != "top") return;
  x_scanner.expect(",");
  const Scanner::Number share = x_scanner.number();
  tree.number = share.digits * kPercent / share.divisor;
  x_scanner.expect("%");
}

// a, b, …, within D, last W, or a, then b, within D [, last W].
void Parser::steps(Tree& tree) {
  do {
    if (x_scanner.take_word("within")) {
      tree.within_ms = duration();
    } else if (x_scanner.take_word("last")) {
      tree.window_ms = duration();
    } else {
      x_scanner.take_word("then");
      tree.parts.push_back(step());
    }
  } while (x_scanner.take(","));
}

Tree Parser::step() {
  Tree step{.form = Form::kTerm};
  step.type = x_scanner.at_string() ? x_scanner.string() : x_scanner.name();
  if (step.type != "any" && !parse_event_type(step.type)) x_scanner.fail("no event type");
  if (x_scanner.take("[")) {
    step.filter = {filter()};
    x_scanner.expect("]");
  }
  return step;
}

void Parser::audience(Tree& tree) {
  const std::string name = x_scanner.at_string() ? x_scanner.string() : x_scanner.name();
  const auto place = std::find(x_audiences.begin(), x_audiences.end(), name);
  if (place == x_audiences.end()) x_scanner.fail("no audience '" + name + "'");
  tree.audience = static_cast<size_t>(place - x_audiences.begin());
}

// A constant such as 30d or 8 * 30d, in whole milliseconds. Worked out by the evaluator: nothing in
// it depends on anybody.
int64_t Parser::duration() {
  const Tree length = sum();
  if (length.unit != Unit::kDuration) x_scanner.fail("expected a duration");
  const std::optional<int64_t> ms = whole_constant(length);
  if (!ms || *ms <= 0) x_scanner.fail("expected a duration in whole milliseconds");
  return ms.value_or(0);
}

FilterTree Parser::filter() {
  FilterTree tree = filter_any();
  while (x_scanner.take(",")) {
    FilterTree both{.form = FilterTree::Form::kAnd};
    both.parts.push_back(std::move(tree));
    both.parts.push_back(filter_any());
    tree = std::move(both);
  }
  return tree;
}

FilterTree Parser::filter_any() {
  FilterTree tree = filter_all();
  while (x_scanner.take_word("or")) {
    FilterTree either{.form = FilterTree::Form::kOr};
    either.parts.push_back(std::move(tree));
    either.parts.push_back(filter_all());
    tree = std::move(either);
  }
  return tree;
}

FilterTree Parser::filter_all() {
  FilterTree tree = filter_single();
  while (x_scanner.take_word("and")) {
    FilterTree both{.form = FilterTree::Form::kAnd};
    both.parts.push_back(std::move(tree));
    both.parts.push_back(filter_single());
    tree = std::move(both);
  }
  return tree;
}

FilterTree Parser::filter_single() {
  if (x_scanner.take_word("not")) {
    FilterTree tree{.form = FilterTree::Form::kNot};
    tree.parts.push_back(filter_single());
    return tree;
  }
  if (!x_scanner.take("(")) return filter_comparison();
  FilterTree inner = filter_any();
  x_scanner.expect(")");
  return inner;
}

FilterTree Parser::filter_comparison() {
  FilterTree tree;
  tree.field = x_scanner.name();
  if (x_scanner.take_word("in")) {
    tree.compare = "in";
    x_scanner.expect("[");
    do {
      tree.names.push_back(x_scanner.string());
    } while (x_scanner.take(","));
    x_scanner.expect("]");
    return tree;
  }
  for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"}) {
    if (!x_scanner.take(sign)) continue;
    tree.compare = sign;
    break;
  }
  if (tree.compare.empty()) x_scanner.fail("expected a comparison");
  if (tree.field != "value" && tree.field != "quantity") {
    tree.names = {x_scanner.string()};
    return tree;
  }
  tree.form = FilterTree::Form::kAmount;
  const bool negative = x_scanner.take("-");
  const Scanner::Number number = x_scanner.number();
  tree.amount = number.digits * (tree.field == "value" ? x_currency.scale() : 1);
  if (negative) tree.amount = -tree.amount;
  tree.divisor = number.divisor;
  return tree;
}

}  // namespace rekindle::naive
