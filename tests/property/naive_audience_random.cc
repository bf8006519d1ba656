// Makes and writes out random audience expressions.
#include <string_view>

#include "tests/property/naive_audience.h"

namespace rekindle::naive {
namespace {

constexpr int64_t kGridMs = 250;  // events, windows and limits meet on it often

class Maker {
 public:
  explicit Maker(std::mt19937_64& random) : x_random(random) {}

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

  Tree comparison() {
    const Unit unit = static_cast<Unit>(1 + pick(3));
    Tree left = quantity(unit, 1);
    Tree right = pick(4) ? constant(unit) : quantity(unit, 0);
    if (pick(8) == 0) std::swap(left, right);
    return {.form = Form::kCompare, .parts = {left, right}, .compare = comparator()};
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
    tree.term = one_of({"since", "since", "since", "first_seen", "last_seen", "cart.age"});
    if (tree.term == "since") add_type_and_filter(tree);
    return tree;
  }

  Tree plain_term(Unit unit) {
    Tree tree{.form = Form::kTerm, .unit = unit};
    tree.term = unit == Unit::kMoney ? one_of({"cart.value", "lifetime.revenue", "lifetime.aov"})
                                     : one_of({"cart.items", "lifetime.orders", "lifetime.events"});
    return tree;
  }

  Tree window_term(Unit unit) {
    if (unit == Unit::kNumber && pick(2)) return windowed("count");
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
};

// number ÷ scale with as many decimals as it takes.
std::string decimal(int64_t number, int64_t scale) {
  std::string text = number < 0 ? "-" : "";
  const int64_t magnitude = number < 0 ? -number : number;
  text += std::to_string(magnitude / scale);
  int64_t rest = magnitude % scale;
  if (rest > 0) text += '.';
  for (; rest > 0; rest = rest * 10 % scale) text += static_cast<char>('0' + rest * 10 / scale);
  return text;
}

std::string text_of(const FilterTree& tree, int64_t scale) {
  switch (tree.form) {
    case FilterTree::Form::kAnd:
      return "(" + text_of(tree.parts[0], scale) + " and " + text_of(tree.parts[1], scale) + ")";
    case FilterTree::Form::kOr:
      return "(" + text_of(tree.parts[0], scale) + " or " + text_of(tree.parts[1], scale) + ")";
    case FilterTree::Form::kNot: return "not " + text_of(tree.parts[0], scale);
    case FilterTree::Form::kAmount:
      return tree.field + " " + tree.compare + " " +
             decimal(tree.amount, tree.field == "value" ? scale : 1);
    case FilterTree::Form::kName: break;
  }
  if (tree.compare != "in") return tree.field + " " + tree.compare + " \"" + tree.names[0] + "\"";
  return tree.field + " in [\"" + tree.names[0] + "\", \"" + tree.names[1] + "\"]";
}

std::string text_of_term(const Tree& tree, int64_t scale) {
  if (tree.type.empty()) return tree.term;
  std::string text = tree.term + "(" + tree.type;
  if (!tree.field.empty()) text += ", " + tree.field;
  if (tree.window_ms > 0) text += ", " + decimal(tree.window_ms, 1'000) + "s";
  for (const FilterTree& filter : tree.filter) text += ", " + text_of(filter, scale);
  return text + ")";
}

std::string text_of_constant(const Tree& tree, int64_t scale) {
  switch (tree.unit) {
    case Unit::kBool: return tree.number != 0 ? "true" : "false";
    case Unit::kNumber: return decimal(tree.number, 2);
    case Unit::kMoney: return decimal(tree.number, scale);
    case Unit::kDuration: return decimal(tree.number, 1'000) + "s";
  }
  return "";
}

}  // namespace

Tree random_condition(std::mt19937_64& random, int depth) {
  return Maker(random).condition(depth);
}

std::string text_of(const Tree& tree, int64_t scale) {
  const auto joined = [&](std::string_view sign) {
    std::string text = "(" + text_of(tree.parts[0], scale);
    for (size_t i = 1; i < tree.parts.size(); ++i) {
      text.append(" ").append(sign).append(" ").append(text_of(tree.parts[i], scale));
    }
    return text + ")";
  };
  switch (tree.form) {
    case Form::kConstant: return text_of_constant(tree, scale);
    case Form::kAnd: return joined("and");
    case Form::kOr: return joined("or");
    case Form::kNot: return "(not " + text_of(tree.parts[0], scale) + ")";
    case Form::kSame:
    case Form::kCompare: return joined(tree.compare);
    case Form::kDid:
    case Form::kTerm: return text_of_term(tree, scale);
    case Form::kAdd: return joined("+");
    case Form::kSubtract: return joined("-");
    case Form::kMultiply: return joined("*");
    case Form::kDivide: return joined("/");
    case Form::kNegate: return "(-" + text_of(tree.parts[0], scale) + ")";
  }
  return "";
}

}  // namespace rekindle::naive
