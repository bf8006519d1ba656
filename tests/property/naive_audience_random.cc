// Makes random audience expressions.
#include "tests/property/naive_audience.h"

namespace rekindle::naive {
namespace {

constexpr int64_t kGridMs = 250;  // events, windows and limits meet on it often

class Maker {
 public:
  Maker(std::mt19937_64& random, size_t audiences) : x_random(random), x_audiences(audiences) {}

  Tree condition(int depth) {
    const size_t form = depth > 0 ? pick(10) : 4 + pick(6);
    if (form < 2) return joint(Form::kAnd, depth);
    if (form == 2) return joint(Form::kOr, depth);
    if (form == 3) {
      if (pick(3) > 0) return {.form = Form::kNot, .parts = {condition(depth - 1)}};
      Tree same{.form = Form::kSame, .parts = {condition(depth - 1), condition(depth - 1)}};
      same.compare = pick(2) ? "==" : "!=";
      return same;
    }
    if (form == 5 && pick(2)) return bool_term();
    if (form == 6 && pick(3) == 0) return text_test();
    if (form == 4) {
      Tree did = windowed("did");
      did.form = Form::kDid;
      return did;
    }
    if (form == 5 && pick(6) == 0) return {.number = static_cast<int64_t>(pick(2))};
    return comparison();
  }

 private:
  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }
  template <size_t N>
  std::string one_of(const char* const (&words)[N]) {
    return words[pick(N)];
  }
  std::string comparator() { return one_of({"==", "!=", "<", "<=", ">", ">="}); }

  Tree joint(Form form, int depth) {
    Tree tree{.form = form};
    for (size_t i = 0, n = 2 + pick(2); i < n; ++i) tree.parts.push_back(condition(depth - 1));
    return tree;
  }

  // A trait is a number only beside one.
  Tree trait_comparison() {
    Tree trait{.form = Form::kTerm, .unit = Unit::kNumber, .term = "trait", .names = {"age"}};
    Tree number = pick(2) ? constant(Unit::kNumber) : window_term(Unit::kNumber);
    return {.form = Form::kCompare, .parts = {trait, number}, .compare = comparator()};
  }

  Tree comparison() {
    if (pick(16) == 0) return trait_comparison();
    const Unit unit = static_cast<Unit>(1 + pick(3));
    Tree left = quantity(unit, 1);
    Tree right = pick(4) ? constant(unit) : quantity(unit, 0);
    if (pick(8) == 0) std::swap(left, right);
    return {.form = Form::kCompare, .parts = {left, right}, .compare = comparator()};
  }

  Tree bool_term() {
    Tree tree{.form = Form::kDid};
    tree.term = one_of({"sequence", "sequence", "without", "without", "consent", "first", "in",
                        "top", "percentile"});
    if (tree.term == "in" && x_audiences == 0) tree.term = "sequence";
    if (tree.term == "sequence" || tree.term == "without") add_steps(tree);
    if (tree.term == "consent") tree.names = {one_of({"ads", "email"})};
    if (tree.term == "in") tree.audience = pick(x_audiences);
    if (tree.term == "top" || tree.term == "percentile") {
      tree.field = one_of({"lifetime.revenue", "lifetime.orders", "lifetime.aov",
                           "lifetime.coupon_share", "lifetime.refund_share"});
      tree.number = 2'500 * static_cast<int64_t>(pick(400));  // of a percent 1/10'000
      if (tree.term == "top") tree.number += 2'500;
      tree.compare = one_of({"<", "<=", ">", ">="});
    }
    if (tree.term == "first") {
      tree.type = one_of({"purchase", "any"});
      // The day the events begin on, and the one after it.
      tree.names = {one_of({"2023-11-14", "2023-11-15"})};
      tree.begin = EventTime{1'699'920'000'000} + days(tree.names[0] == "2023-11-14" ? 0 : 1);
      tree.end = tree.begin + days(1);
    }
    return tree;
  }

  void add_steps(Tree& tree) {
    const bool is_sequence = tree.term == "sequence";
    for (size_t i = 0, n = is_sequence ? 2 + pick(3) : 2; i < n; ++i) {
      tree.parts.push_back({.form = Form::kTerm});
      add_type_and_filter(tree.parts.back());
    }
    tree.within_ms = 1'000 + static_cast<int64_t>(pick(16)) * kGridMs;
    const int64_t longer = static_cast<int64_t>(pick(24)) * kGridMs;
    if (is_sequence) tree.window_ms = tree.within_ms + longer;
    if (!is_sequence && pick(2)) tree.window_ms = tree.within_ms + kGridMs + longer;
  }

  Tree text_test() {
    Tree text{.form = Form::kTerm};
    text.term = one_of({"trait", "campaign.source", "campaign.first_source"});
    if (text.term == "trait") text.names = {one_of({"country", "age"})};
    Tree tree{.form = Form::kTextTest, .parts = {text}};
    for (size_t i = 0, n = 1 + pick(2); i < n; ++i) {
      tree.names.push_back(one_of({"DE", "7", "1.5", "x", "mail"}));
    }
    tree.compare = tree.names.size() > 1 ? "in" : one_of({"==", "!="});
    return tree;
  }

  Tree constant(Unit unit) {
    Tree tree{.unit = unit};
    if (unit == Unit::kNumber) tree.number = static_cast<int64_t>(pick(13)) - 1;
    if (unit == Unit::kMoney) tree.number = static_cast<int64_t>(pick(20)) * 500;
    if (unit == Unit::kDuration) tree.number = static_cast<int64_t>(pick(40)) * kGridMs;
    return tree;
  }

  Tree quantity(Unit unit, int depth) {
    if (depth > 0 && pick(3) == 0) return arithmetic(unit);
    if (unit == Unit::kDuration) return duration_term();
    return pick(4) == 0 ? plain_term(unit) : window_term(unit);
  }

  Tree arithmetic(Unit unit) {
    Tree tree{.unit = unit};
    const size_t form = pick(5);
    if (form < 2) {
      tree.form = form == 0 ? Form::kAdd : Form::kSubtract;
      tree.parts = {quantity(unit, 0), pick(2) ? constant(unit) : quantity(unit, 0)};
    } else if (form == 2) {
      tree.form = Form::kNegate;
      tree.parts = {quantity(unit, 0)};
    } else {
      // What grows with time may only meet constants here.
      tree.form = form == 3 ? Form::kMultiply : Form::kDivide;
      const bool by_term = unit != Unit::kDuration && pick(3) == 0;
      tree.parts = {quantity(unit, 0), by_term ? window_term(Unit::kNumber) : factor()};
    }
    return tree;
  }

  Tree factor() {
    Tree tree{.unit = Unit::kNumber};
    tree.number = 1 + static_cast<int64_t>(pick(6));
    return tree;
  }

  Tree duration_term() {
    Tree tree{.form = Form::kTerm, .unit = Unit::kDuration};
    tree.term = one_of({"since", "since", "since", "first_seen", "last_seen", "cart.age",
                        "lifetime.order_interval", "in_for"});
    if (tree.term == "in_for" && x_audiences == 0) tree.term = "since";
    if (tree.term == "in_for") tree.audience = pick(x_audiences);
    if (tree.term == "since") add_type_and_filter(tree);
    return tree;
  }

  Tree plain_term(Unit unit) {
    Tree tree{.form = Form::kTerm, .unit = unit};
    tree.term = unit == Unit::kMoney
                    ? one_of({"cart.value", "lifetime.revenue", "lifetime.aov", "clv"})
                    : one_of({"cart.items", "lifetime.orders", "lifetime.events", "bucket",
                              "lifetime.coupon_share", "lifetime.refund_share", "rfm.recency",
                              "rfm.frequency", "rfm.monetary", "p_alive"});
    if (tree.term == "clv") tree.number = pick(2) ? 30 : 365;
    if (tree.term == "bucket") tree.names = {one_of({"colours", "prices"})};
    return tree;
  }

  Tree window_term(Unit unit) {
    if (unit == Unit::kNumber && pick(2)) return windowed("count");
    if (unit == Unit::kNumber && pick(4) == 0) return exposures();
    if (unit == Unit::kNumber && pick(2)) {
      Tree tree = windowed("distinct");
      tree.field = one_of({"product", "category", "brand", "order"});
      return tree;
    }
    Tree tree = windowed(one_of({"sum", "min", "max", "avg"}));
    tree.unit = unit;
    tree.field = unit == Unit::kMoney ? "value" : "quantity";
    return tree;
  }

  Tree exposures() {
    Tree tree{.form = Form::kTerm, .unit = Unit::kNumber, .term = "exposures"};
    tree.window_ms = 1'000 + static_cast<int64_t>(pick(32)) * kGridMs;
    if (pick(3)) tree.names = {"p" + std::to_string(pick(3))};
    return tree;
  }

  Tree windowed(std::string term) {
    Tree tree{.form = Form::kTerm, .unit = Unit::kNumber};
    tree.term = std::move(term);
    tree.window_ms = 1'000 + static_cast<int64_t>(pick(32)) * kGridMs;
    add_type_and_filter(tree);
    return tree;
  }

  void add_type_and_filter(Tree& tree) {
    tree.type = one_of({"any", "view_item", "view_item", "purchase", "purchase", "add_to_cart",
                        "search", "offer_shown", "custom:quiz"});
    if (pick(3) == 0) tree.filter.push_back(filter(2, false));
  }

  FilterTree filter(int depth, bool inside_not) {
    FilterTree tree;
    const size_t form = depth > 0 ? pick(7) : 4;
    if (form < 3) {
      tree.form = form == 0 ? FilterTree::Form::kOr
                            : (form == 1 ? FilterTree::Form::kAnd : FilterTree::Form::kNot);
      const bool is_not = tree.form == FilterTree::Form::kNot;
      tree.parts.push_back(filter(depth - 1, inside_not || is_not));
      if (!is_not) tree.parts.push_back(filter(depth - 1, inside_not));
      return tree;
    }
    if (form == 3 && !inside_not) {
      tree.form = FilterTree::Form::kAmount;
      tree.field = one_of({"value", "quantity"});
      tree.compare = comparator();
      tree.amount = static_cast<int64_t>(pick(5)) * (tree.field == "value" ? 1'000 : 1);
      return tree;
    }
    tree.field = one_of({"product", "category", "brand"});
    for (size_t i = 0, n = 1 + pick(2); i < n; ++i) {
      tree.names.push_back(tree.field.substr(0, 1) + std::to_string(pick(3)));
    }
    tree.compare = tree.names.size() > 1 ? "in" : one_of({"==", "!="});
    return tree;
  }

  std::mt19937_64& x_random;
  size_t x_audiences;
};

}  // namespace

Tree random_condition(std::mt19937_64& random, int depth, size_t audiences) {
  return Maker(random, audiences).condition(depth);
}

}  // namespace rekindle::naive
