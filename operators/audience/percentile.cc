#include "operators/audience/percentile.h"

#include <optional>

#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

using Kind = Node::Kind;

bool is_percentile(const Syntax& syntax, uint32_t index) {
  if (index == Node::kNone) return false;
  const Node& node = syntax.nodes[index];
  return node.kind == Kind::kTerm && syntax.terms[node.term].kind == &kPercentile;
}

// Operators of conditions have their own word for what is not one.
bool takes_quantities(Kind kind) {
  return kind == Kind::kNegate || kind == Kind::kAdd || kind == Kind::kSubtract ||
         kind == Kind::kMultiply || kind == Kind::kDivide || kind == Kind::kCompare;
}

bool is_order(const Node& node) {
  return node.kind == Kind::kCompare && node.compare != Compare::kEqual &&
         node.compare != Compare::kNotEqual;
}

// `percentile compare number`, or the other way round.
bool set_cut(const Node& node, const Rational& number, bool term_left, Arguments& arguments) {
  const std::optional<Rational> parts = multiply(number, Rational::whole(kRankShareOne / 100));
  if (!parts || !parts->is_whole() || parts->numerator < 0 || parts->numerator >= kRankShareOne) {
    return false;
  }
  const bool strict = node.compare == Compare::kLess || node.compare == Compare::kGreater;
  const bool greater =
      node.compare == Compare::kGreater || node.compare == Compare::kGreaterOrEqual;
  arguments.below_cut = greater != term_left;
  arguments.cut.kind =
      strict != arguments.below_cut ? RankCut::Kind::kMoreThan : RankCut::Kind::kAtLeast;
  arguments.cut.share = static_cast<uint32_t>(parts->numerator);
  return true;
}

}  // namespace

void settle_percentile(Node& node, Syntax& syntax, Faults& faults) {
  if (!takes_quantities(node.kind)) return;
  const bool left = is_percentile(syntax, node.left);
  if (!left && !is_percentile(syntax, node.right)) return;
  const Node& term = syntax.nodes[left ? node.left : node.right];
  const uint32_t other = left ? node.right : node.left;
  if (!is_order(node) || syntax.nodes[other].kind != Kind::kNumber) {
    faults.add(term.where,
               "a percentile is only compared with a number, by '>=', '>', '<' or '<='");
    node.kind = Kind::kFaulty;
    return;
  }
  const Node& number = syntax.nodes[other];
  if (set_cut(node, number.value, left, syntax.terms[term.term].arguments)) return;
  faults.add(number.where, "a percentile is from 0 to below 100, with up to 4 decimals");
  node.kind = Kind::kFaulty;
}

}  // namespace rekindle::operators::audience
