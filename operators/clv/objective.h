// What the two likelihoods have in common as functions to minimise: cells grouped by the number of
// purchases, so that what depends on that alone is computed once an evaluation, and the penalty
// that keeps a parameter in its range.
//
// Called by the objectives and the fit. Thread: any.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace rekindle::operators {

template <typename Entry>
struct Group {
  double x = 0;
  double weight = 0;
  std::vector<Entry> entries;
};
template <typename Entry>
std::vector<Group<Entry>> groups_of(std::map<double, Group<Entry>>&& by_x) {
  std::vector<Group<Entry>> groups;
  for (auto& [x, group] : by_x) {
    group.x = x;
    groups.push_back(std::move(group));
  }
  return groups;
}

// Of the logarithm of a parameter: 1e-4 … 1e4. Past it the square of the excess is added.
inline constexpr double kLogParameterMax = 9.210340371976184;

inline double excess(double log_parameter) {
  return log_parameter - std::clamp(log_parameter, -kLogParameterMax, kLogParameterMax);
}

template <size_t N>
double add_penalty(const std::array<double, N>& at, std::array<double, N>& gradient) {
  double sum = 0;
  for (size_t i = 0; i < N; ++i) {
    sum += excess(at[i]) * excess(at[i]);
    gradient[i] += 2 * excess(at[i]);
  }
  return sum;
}

template <size_t N>
bool is_at_bound(const std::array<double, N>& at) {
  return std::any_of(at.begin(), at.end(), [](double log_parameter) {
    return std::abs(log_parameter) > kLogParameterMax - 1e-3;
  });
}

}  // namespace rekindle::operators
