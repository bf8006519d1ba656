#include "operators/audience/checker.h"

#include <optional>
#include <string>

#include "core/limits.h"
#include "operators/audience/percentile.h"
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

using Kind = Node::Kind;

// Keeps the instant at which a linear comparison flips inside 128 bits; see Crossing.
constexpr Wide kSlopePartMax = static_cast<Wide>(1) << 48;

class Checker {
 public:
  Checker(Syntax& syntax, Faults& faults) : x_syntax(syntax), x_faults(faults) {}

  void run() {
    for (Node& node : x_syntax.nodes) check_node(node);
    Node& root = x_syntax.nodes[x_syntax.root];
    if (root.kind != Kind::kFaulty && root.type != Type::kBool) {
      refuse(root, root.where,
             "this is " + with_article(root.type) + ", but a condition is needed");
    }
  }

 private:
  void refuse(Node& node, Span where, std::string message) {
    x_faults.add(where, std::move(message));
    node.kind = Kind::kFaulty;
  }

  void check_node(Node& node) {
    for (const uint32_t operand : {node.left, node.right}) {
      if (operand != Node::kNone && x_syntax.nodes[operand].kind == Kind::kFaulty) {
        node.kind = Kind::kFaulty;
      }
    }
    settle_percentile(node, x_syntax, x_faults);
    switch (node.kind) {
      case Kind::kFaulty: return;
      case Kind::kNumber: node.type = Type::kNumber; return;
      case Kind::kDuration: node.type = Type::kDuration; return;
      case Kind::kMoney: node.type = Type::kMoney; return;
      case Kind::kText: node.type = Type::kText; return;
      case Kind::kTrue:
      case Kind::kFalse: node.type = Type::kBool; return;
      case Kind::kTerm: return check_term(node);
      case Kind::kNegate: return check_negate(node);
      case Kind::kAdd:
      case Kind::kSubtract: return check_sum(node);
      case Kind::kMultiply: return check_product(node);
      case Kind::kDivide: return check_quotient(node);
      case Kind::kCompare: return check_compare(node);
      case Kind::kOneOf: return check_one_of(node);
      case Kind::kWithin: return check_within(node);
      case Kind::kNot:
      case Kind::kAnd:
      case Kind::kOr: return check_logic(node);
    }
  }

  Node& left_of(const Node& node) { return x_syntax.nodes[node.left]; }
  Node& right_of(const Node& node) { return x_syntax.nodes[node.right]; }

  void check_term(Node& node) {
    TermUse& use = x_syntax.terms[node.term];
    node.type = use.kind->type_of(use.arguments);
    if (use.kind->is_linear) node.slope = Rational::whole(1);
    if (use.kind == &kClv) return set_horizon(node, use);
    set_duration(node, use.window, "window", use.arguments.window);
    set_duration(node, use.within, "'within'", use.arguments.within);
    const Arguments& arguments = use.arguments;
    if (node.kind == Kind::kFaulty || use.within == Node::kNone || use.window == Node::kNone)
      return;
    if (use.kind == &kSequence && arguments.within > arguments.window) {
      refuse(node, x_syntax.nodes[use.within].where,
             "the steps cannot be that far apart inside the window, make 'last' longer");
    } else if (use.kind == &kWithout && arguments.within >= arguments.window) {
      refuse(node, x_syntax.nodes[use.within].where,
             "this never holds: the window ends before the wait does, make 'last' longer");
    }
  }

  void set_duration(Node& node, uint32_t index, std::string_view what, Duration& duration) {
    if (index == Node::kNone || node.kind == Kind::kFaulty) return;
    const Node& written = x_syntax.nodes[index];
    if (written.kind == Kind::kFaulty) {
      node.kind = Kind::kFaulty;
      return;
    }
    const std::string subject = (what == "window" ? "a " : "") + std::string(what);
    if (written.kind != Kind::kDuration) {
      return refuse(node, written.where, subject + " is a constant duration such as 7d");
    }
    const std::optional<int64_t> length = whole_of(written.value);
    if (!length || *length < limits::kWindowMsMin || *length > limits::kWindowMsMax) {
      return refuse(node, written.where, subject + " is from 1s to 400d, in whole milliseconds");
    }
    duration = milliseconds(*length);
  }

  void set_horizon(Node& node, TermUse& use) {
    const Node& written = x_syntax.nodes[use.window];
    if (written.kind == Kind::kFaulty) {
      node.kind = Kind::kFaulty;
      return;
    }
    const std::optional<int64_t> length =
        written.kind == Kind::kDuration ? whole_of(written.value) : std::nullopt;
    if (!length || *length < days(1).ms || *length > days(limits::kClvHorizonDaysMax).ms) {
      return refuse(node, written.where,
                    "a horizon is a constant duration from 1d to " +
                        std::to_string(limits::kClvHorizonDaysMax) + "d, such as 365d");
    }
    use.arguments.window = milliseconds(*length);
  }

  // Replaces an operator over constants by its value.
  void fold(Node& node, const std::optional<Rational>& value) {
    if (!value) return refuse(node, node.where, "the constant is too large or too fine");
    node.kind = node.type == Type::kDuration ? Kind::kDuration : Kind::kNumber;
    node.value = *value;
  }

  void set_slope(Node& node, const std::optional<Rational>& slope) {
    if (!slope || slope->numerator > kSlopePartMax || slope->numerator < -kSlopePartMax ||
        slope->denominator > kSlopePartMax) {
      return refuse(node, node.where, "the factor of a growing duration is too large or too fine");
    }
    node.slope = *slope;
  }

  void check_negate(Node& node) {
    const Node& operand = left_of(node);
    if (operand.type == Type::kBool) {
      return refuse(node, node.sign, "'-' needs a number, write 'not' for conditions");
    }
    if (!is_quantity(operand.type)) {
      return refuse(node, node.sign,
                    "'-' needs a number, but this is " + with_article(operand.type));
    }
    node.type = operand.type;
    if (operand.is_constant()) return fold(node, subtract({}, operand.value));
    set_slope(node, subtract({}, operand.slope));
  }

  // A constant number beside money is an amount in major units.
  void match_money(Node& a, Node& b) {
    for (auto [money, number] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
      if (money->type == Type::kMoney && number->kind == Kind::kNumber) {
        number->kind = Kind::kMoney;
        number->type = Type::kMoney;
      }
    }
  }

  // "adds Money and Duration"; for Bool and mixed types.
  void refuse_types(Node& node, std::string_view verb, std::string_view joint) {
    refuse(node, node.sign,
           std::string(verb) + " " + std::string(name_of(left_of(node).type)) + " " +
               std::string(joint) + " " + std::string(name_of(right_of(node).type)));
  }

  void check_sum(Node& node) {
    Node& left = left_of(node);
    Node& right = right_of(node);
    const bool is_add = node.kind == Kind::kAdd;
    match_money(left, right);
    if (left.type != right.type || !is_quantity(left.type)) {
      return refuse_types(node, is_add ? "adds" : "subtracts", "and");
    }
    node.type = left.type;
    if (left.is_constant() && right.is_constant()) {
      return fold(node, is_add ? add(left.value, right.value) : subtract(left.value, right.value));
    }
    set_slope(node, is_add ? add(left.slope, right.slope) : subtract(left.slope, right.slope));
  }

  void check_product(Node& node) {
    const Node& left = left_of(node);
    const Node& right = right_of(node);
    const bool scales = left.type == Type::kNumber || right.type == Type::kNumber;
    if (!scales || !is_quantity(left.type) || !is_quantity(right.type)) {
      return refuse_types(node, "multiplies", "by");
    }
    node.type = left.type == Type::kNumber ? right.type : left.type;
    if (left.is_constant() && right.is_constant()) {
      return fold(node, multiply(left.value, right.value));
    }
    if ((left.is_linear() && !right.is_constant()) || (right.is_linear() && !left.is_constant())) {
      return refuse(node, node.sign,
                    "a duration that grows with time can only be multiplied by a constant");
    }
    if (left.is_linear()) return set_slope(node, multiply(left.slope, right.value));
    if (right.is_linear()) return set_slope(node, multiply(right.slope, left.value));
  }

  void check_quotient(Node& node) {
    const Node& left = left_of(node);
    const Node& right = right_of(node);
    const bool is_ratio = left.type == right.type;
    if ((!is_ratio && right.type != Type::kNumber) || !is_quantity(left.type)) {
      return refuse_types(node, "divides", "by");
    }
    node.type = is_ratio ? Type::kNumber : left.type;
    if (right.is_constant() && right.value.numerator == 0) {
      return refuse(node, right.where, "divides by zero");
    }
    if (left.is_constant() && right.is_constant()) {
      return fold(node, divide(left.value, right.value));
    }
    if (right.is_linear() || (left.is_linear() && !right.is_constant())) {
      return refuse(node, node.sign,
                    "a duration that grows with time can only be divided by a constant");
    }
    if (left.is_linear()) set_slope(node, divide(left.slope, right.value));
  }

  void check_compare(Node& node) {
    Node& left = left_of(node);
    Node& right = right_of(node);
    match_money(left, right);
    node.type = Type::kBool;
    if (left.is_literal() && right.is_literal() && left.type == right.type) {
      return refuse(node, node.sign, "both sides are constants, so this never changes");
    }
    if (left.type == Type::kText || right.type == Type::kText) return check_text(node);
    if (left.type == Type::kInstant || right.type == Type::kInstant) {
      return refuse(node, node.sign,
                    "an instant stands before a period: first(purchase) in 2026-03");
    }
    if (left.type != right.type) return refuse_types(node, "compares", "with");
    const bool is_equality = node.compare == Compare::kEqual || node.compare == Compare::kNotEqual;
    if (left.type == Type::kBool && !is_equality) {
      return refuse(node, node.sign, "conditions have no order, only '==' and '!='");
    }
    set_slope(node, subtract(left.slope, right.slope));
  }

  // Texts are equal or not; a measured one beside a number is read as a number.
  void check_text(Node& node) {
    const Node& left = left_of(node);
    const Node& right = right_of(node);
    if (left.type == right.type) {
      if (node.compare == Compare::kEqual || node.compare == Compare::kNotEqual) return;
      return refuse(node, node.sign,
                    "texts are compared with '==', '!=' or 'in', numbers stand without quotes");
    }
    const Node& text = left.type == Type::kText ? left : right;
    const Node& other = left.type == Type::kText ? right : left;
    if (other.type == Type::kBool) {
      return refuse(node, node.sign, "compares Text with Bool, write \"true\" in quotes");
    }
    if (other.type != Type::kNumber) return refuse_types(node, "compares", "with");
    if (text.is_literal()) {
      return refuse(node, text.where, "a Text beside a Number, write the number without quotes");
    }
  }

  void check_one_of(Node& node) {
    const Node& left = left_of(node);
    node.type = Type::kBool;
    if (left.type != Type::kText) {
      return refuse(
          node, left.where,
          "a list needs a Text such as trait(\"country\"), but this is " + with_article(left.type));
    }
    if (left.is_literal()) {
      refuse(node, node.sign, "both sides are constants, so this never changes");
    }
  }

  void check_within(Node& node) {
    const Node& left = left_of(node);
    node.type = Type::kBool;
    if (left.type == Type::kInstant) return;
    refuse(node, left.where,
           "a period needs first(purchase) or first(any), but this is " + with_article(left.type));
  }

  static std::string with_article(Type type) {
    return (type == Type::kInstant ? "an " : "a ") + std::string(name_of(type));
  }

  void check_logic(Node& node) {
    node.type = Type::kBool;
    const std::string_view word =
        node.kind == Kind::kNot ? "not" : (node.kind == Kind::kAnd ? "and" : "or");
    for (const uint32_t index : {node.left, node.right}) {
      if (index == Node::kNone) continue;
      const Node& operand = x_syntax.nodes[index];
      if (operand.type == Type::kBool) continue;
      refuse(node, operand.where,
             "'" + std::string(word) + "' needs conditions, but this is " +
                 with_article(operand.type) + ", compare it with something");
    }
  }

  Syntax& x_syntax;
  Faults& x_faults;
};

}  // namespace

void check(Syntax& syntax, Faults& faults) {
  Checker(syntax, faults).run();
}

}  // namespace rekindle::operators::audience
