// Finds a minimum of a smooth function of a few variables: quasi-Newton (BFGS) with a backtracking
// line search. Deterministic: same function, same start, same answer. Source: Nocedal, Wright,
// "Numerical Optimization", chapters 3 and 6.
//
// Called by the fits of this folder. Thread: any.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace rekindle::operators {

// When to stop. `converged` in the answer says that every |∂f/∂θ| ≤ gradient_max, or that no step
// lowered f any more (floating point's end) with every |∂f/∂θ| ≤ last_gradient_max.
struct BfgsLimits {
  double gradient_max = 1e-8;
  double last_gradient_max = 1e-4;
  int iterations_max = 300;
  double step_max = 2;  // of any one variable in one iteration
  // Values closer than this, relative to 1 + |f|, may differ by rounding alone: there the slope,
  // which is more exact, decides whether a step was good.
  double noise = 1e-10;
};

template <size_t N>
struct Minimum {
  std::array<double, N> at{};
  double value = 0;
  double gradient_max = 0;
  int iterations = 0;
  bool converged = false;
};

template <size_t N>
class Bfgs {
 public:
  using Point = std::array<double, N>;

  explicit Bfgs(const BfgsLimits& limits) : x_limits(limits) {}

  // `function(at, gradient)` returns the value at a point and fills in the gradient. A value that
  // is not finite counts as higher than any other. REQUIRES: it is finite at `start`.
  template <typename Function>
  [[nodiscard]] Minimum<N> minimize(const Function& function, const Point& start) const {
    Minimum<N> found{start, 0, 0, 0, false};
    Point gradient{};
    found.value = function(found.at, gradient);
    Matrix inverse = identity();
    bool is_fresh = true;  // the next direction is plain steepest descent
    for (;; ++found.iterations) {
      found.gradient_max = norm(gradient);
      found.converged = found.gradient_max <= x_limits.gradient_max;
      if (found.converged || found.iterations == x_limits.iterations_max) return found;
      const Point before = found.at;
      const Point gradient_before = gradient;
      if (!step(function, direction(inverse, gradient), found, gradient)) {
        if (is_fresh) {
          found.converged = found.gradient_max <= x_limits.last_gradient_max;
          return found;
        }
        inverse = identity();
        is_fresh = true;
        continue;
      }
      is_fresh = false;
      update(inverse, minus(found.at, before), minus(gradient, gradient_before));
    }
  }

 private:
  using Matrix = std::array<Point, N>;

  // Moves along `way` as far as the function falls enough (Armijo), or stays as low while its slope
  // flattens (Hager and Zhang's condition for the last digits). False: nowhere.
  template <typename Function>
  bool step(const Function& function, const Point& way, Minimum<N>& found, Point& gradient) const {
    const double slope = dot(way, gradient);
    if (!(slope < 0)) return false;
    double length = std::min(1.0, x_limits.step_max / norm(way));
    for (int halvings = 0; halvings < 50; ++halvings, length /= 2) {
      Point at = found.at;
      for (size_t i = 0; i < N; ++i) at[i] += length * way[i];
      Point gradient_there{};
      const double value = function(at, gradient_there);
      const bool falls = value < found.value && value <= found.value + 1e-4 * length * slope;
      const bool flattens = std::abs(dot(way, gradient_there)) <= -0.9 * slope &&
                            value <= found.value + x_limits.noise * (1 + std::abs(found.value));
      if (!falls && !flattens) continue;
      found.at = at;
      found.value = value;
      gradient = gradient_there;
      return true;
    }
    return false;
  }

  // Left as it is where the curvature along the step is not positive.
  static void update(Matrix& inverse, const Point& moved, const Point& turned) {
    const double curvature = dot(moved, turned);
    if (!(curvature > 1e-12 * std::sqrt(dot(moved, moved) * dot(turned, turned)))) return;
    Point turned_back{};  // inverse · turned
    for (size_t i = 0; i < N; ++i) turned_back[i] = dot(inverse[i], turned);
    const double scale = 1 + dot(turned, turned_back) / curvature;
    for (size_t i = 0; i < N; ++i) {
      for (size_t j = 0; j < N; ++j) {
        inverse[i][j] +=
            (scale * moved[i] * moved[j] - moved[i] * turned_back[j] - turned_back[i] * moved[j]) /
            curvature;
      }
    }
  }

  static Matrix identity() {
    Matrix matrix{};
    for (size_t i = 0; i < N; ++i) matrix[i][i] = 1;
    return matrix;
  }
  static Point direction(const Matrix& inverse, const Point& gradient) {
    Point way{};
    for (size_t i = 0; i < N; ++i) way[i] = -dot(inverse[i], gradient);
    return way;
  }
  static Point minus(const Point& a, const Point& b) {
    Point difference{};
    for (size_t i = 0; i < N; ++i) difference[i] = a[i] - b[i];
    return difference;
  }
  static double dot(const Point& a, const Point& b) {
    double sum = 0;
    for (size_t i = 0; i < N; ++i) sum += a[i] * b[i];
    return sum;
  }
  static double norm(const Point& point) {
    double largest = 0;
    for (const double value : point) largest = std::max(largest, std::abs(value));
    return largest;
  }

  BfgsLimits x_limits;
};

}  // namespace rekindle::operators
