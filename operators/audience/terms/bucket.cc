// bucket("experiment") — a number from 0 to 99.99 that a visitor keeps for as long as the
// experiment keeps its name; uniform over visitors, and independent from experiment to experiment.
#include "operators/audience/bucket.h"

#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kString};
constexpr int64_t kPartsOfOne = 100;

Quantity measure(const Arguments& arguments, const Scope& scope) {
  const std::optional<Rational> share =
      make_rational(bucket_of(arguments.text, scope.visitor.key), kPartsOfOne);
  return {*share};
}

}  // namespace

constexpr TermKind kBucket{
    .name = "bucket",
    .usage = "bucket(\"experiment\")",
    .arguments = kArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 3,
    .add_triggers = trigger_on_nothing,
    .measure = measure,
    .holds = nullptr,
    .at_least = nullptr,
};

}  // namespace rekindle::operators::audience
