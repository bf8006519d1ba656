#include "operators/decide/learnt/log_likelihood.h"

#include <algorithm>
#include <cmath>

namespace rekindle::operators {
namespace {

double x_log_x(double x) {
  return x > 0 ? x * std::log(x) : 0;
}

}  // namespace

double signed_root_llr(double both, double first, double second, double all) {
  const double only_first = std::max(0.0, first - both);
  const double only_second = std::max(0.0, second - both);
  const double neither = std::max(0.0, all - first - second + both);
  const double total = both + only_first + only_second + neither;
  const double rows = x_log_x(total) - x_log_x(both + only_first) - x_log_x(only_second + neither);
  const double columns =
      x_log_x(total) - x_log_x(both + only_second) - x_log_x(only_first + neither);
  const double cells = x_log_x(total) - x_log_x(both) - x_log_x(only_first) - x_log_x(only_second) -
                       x_log_x(neither);
  const double root = std::sqrt(2 * std::max(0.0, rows + columns - cells));
  // Of those with the first: more with the second than among the others?
  const double with = first > 0 ? both / first : 0;
  const double others = only_second + neither;
  const double without = others > 0 ? only_second / others : 0;
  return with >= without ? root : -root;
}

}  // namespace rekindle::operators
