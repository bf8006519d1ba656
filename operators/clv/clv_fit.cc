#include "operators/clv/clv_fit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "core/limits.h"
#include "operators/clv/bfgs.h"
#include "operators/clv/bg_nbd_objective.h"
#include "operators/clv/gamma_gamma_objective.h"

namespace rekindle::operators {
namespace {

bool is_measure(double value) {
  return std::isfinite(value) && value >= 0;
}
bool is_sound(const RepeatCell& cell) {
  return is_measure(cell.customer.x) && is_measure(cell.customer.t_x) &&
         is_measure(cell.customer.age) && is_measure(cell.weight) &&
         (cell.customer.x == 0 || cell.customer.x >= 1);
}
bool is_sound(const SpendCell& cell) {
  return std::isfinite(cell.customer.purchases) && cell.customer.purchases >= 1 &&
         std::isfinite(cell.customer.mean) && cell.customer.mean > 0 && is_measure(cell.weight);
}

template <typename Cell>
Result<void> check_cells(std::span<const Cell> cells) {
  if (std::all_of(cells.begin(), cells.end(), [](const Cell& cell) { return is_sound(cell); })) {
    return {};
  }
  return Error{ErrorCode::kInvalidArgument, "a cell is out of range"};
}

template <typename Objective>
Result<void> check_enough(const Objective& objective) {
  if (objective.customers() >= limits::kClvCustomersMin &&
      objective.repeaters() >= limits::kClvRepeatersMin) {
    return {};
  }
  return Error{ErrorCode::kTooLittleData,
               std::to_string(static_cast<int64_t>(objective.customers())) + " customers, " +
                   std::to_string(static_cast<int64_t>(objective.repeaters())) +
                   " of them with repeat purchases"};
}

Error not_converged(const char* model, int iterations) {
  return {ErrorCode::kNotConverged,
          std::string(model) + " after " + std::to_string(iterations) + " iterations"};
}

double correlation_of(std::span<const SpendCell> cells) {
  double n = 0;
  double x_mean = 0;
  double m_mean = 0;
  for (const auto& [customer, weight] : cells) {
    n += weight;
    x_mean += weight * customer.purchases;
    m_mean += weight * customer.mean;
  }
  x_mean /= n;
  m_mean /= n;
  double xx = 0;
  double mm = 0;
  double xm = 0;
  for (const auto& [customer, weight] : cells) {
    const double dx = customer.purchases - x_mean;
    const double dm = customer.mean - m_mean;
    xx += weight * dx * dx;
    mm += weight * dm * dm;
    xm += weight * dx * dm;
  }
  return xx > 0 && mm > 0 ? xm / std::sqrt(xx * mm) : 0;
}

}  // namespace

Result<BgNbdFit> fit_bg_nbd(std::span<const RepeatCell> cells) {
  if (const auto sound = check_cells(cells); !sound) return sound.error();
  const BgNbdObjective objective(cells);
  if (const auto enough = check_enough(objective); !enough) return enough.error();
  if (!(objective.time() > 0)) return Error{ErrorCode::kTooLittleData, "all customers are new"};
  const BgNbdObjective::Point start{std::log(0.5), std::log(0.5), 0, std::log(2)};
  const Minimum<4> found = Bfgs<4>({}).minimize(objective, start);
  if (!found.converged) return not_converged("BG/NBD", found.iterations);
  const BgNbd model = objective.model(found.at);
  return BgNbdFit{model,
                  {log_likelihood(model, cells), objective.customers(), found.iterations,
                   is_at_bound(found.at)}};
}

Result<GammaGammaFit> fit_gamma_gamma(std::span<const SpendCell> cells) {
  if (const auto sound = check_cells(cells); !sound) return sound.error();
  const GammaGammaObjective objective(cells);
  if (const auto enough = check_enough(objective); !enough) return enough.error();
  const GammaGammaObjective::Point start{std::log(2), std::log(2), 0};
  const Minimum<3> found = Bfgs<3>({}).minimize(objective, start);
  if (!found.converged) return not_converged("Gamma-Gamma", found.iterations);
  if (found.at[1] < -kLogParameterMax + 1e-3) {
    return Error{ErrorCode::kNotConverged, "the spend of all customers has no finite mean"};
  }
  const GammaGamma model = objective.model(found.at);
  return GammaGammaFit{model,
                       {log_likelihood(model, cells), objective.customers(), found.iterations,
                        is_at_bound(found.at)},
                       correlation_of(cells)};
}

Result<ClvFit> fit_clv(const ClvHistogram& histogram, EventTime now) {
  const auto purchases = fit_bg_nbd(histogram.repeat_cells(now));
  if (!purchases) return purchases.error();
  const auto spend = fit_gamma_gamma(histogram.spend_cells());
  if (!spend) return spend.error();
  return ClvFit{*purchases, *spend};
}

}  // namespace rekindle::operators
