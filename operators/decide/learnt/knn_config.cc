#include "operators/decide/learnt/knn_config.h"

#include <algorithm>
#include <cmath>

#include "core/limits.h"

namespace rekindle::operators {

KnnConfig KnnConfig::standard() {
  return vsknn(1'000, 100, KnnDecay::kQuadratic, KnnDecay::kQuadratic, 0);
}

KnnConfig KnnConfig::vmis(size_t recent, size_t neighbours, size_t items) {
  KnnConfig config;
  config.recent = recent;
  config.neighbours = neighbours;
  config.items = items;
  config.position = KnnDecay::kDiv;
  config.step = KnnDecay::kLinear;
  config.idf = KnnIdf::kPairs;
  return config;
}

KnnConfig KnnConfig::vsknn(size_t recent, size_t neighbours, KnnDecay position, KnnDecay step,
                           double idf_weight) {
  KnnConfig config;
  config.recent = recent;
  config.neighbours = neighbours;
  config.items = limits::kKnnItemsMax;
  config.position = position;
  config.step = step;
  config.idf = idf_weight > 0 ? KnnIdf::kLines : KnnIdf::kNone;
  config.idf_added = true;
  config.idf_weight = idf_weight;
  return config;
}

KnnConfig KnnConfig::stan(size_t recent, size_t neighbours, double position_scale, double age_days,
                          double nearness_scale) {
  return vstan(recent, neighbours, position_scale, age_days, nearness_scale, 0, 0);
}

KnnConfig KnnConfig::vstan(size_t recent, size_t neighbours, double position_scale, double age_days,
                           double nearness_scale, double step_scale, double idf_weight) {
  KnnConfig config = vsknn(recent, neighbours, KnnDecay::kExponential,
                           step_scale > 0 ? KnnDecay::kExponential : KnnDecay::kSame, idf_weight);
  config.position_scale = position_scale;
  config.norm = KnnNorm::kCosine;
  config.age_days = age_days;
  config.step_scale = step_scale;
  config.nearness_scale = nearness_scale;
  return config;
}

double position_weight(KnnDecay decay, double scale, size_t position, size_t length) {
  const auto behind = static_cast<double>(length - position);
  const double share = static_cast<double>(position) / static_cast<double>(length);
  switch (decay) {
    case KnnDecay::kSame: return 1;
    case KnnDecay::kDiv: return share;
    case KnnDecay::kLinear: return std::max(0.0, 1 - 0.1 * behind);
    case KnnDecay::kLog: return 1 / std::log10(behind + 1.7);
    case KnnDecay::kQuadratic: return share * share;
    case KnnDecay::kExponential: return std::exp(-behind / scale);
  }
  return 1;
}

double step_weight(KnnDecay decay, double scale, size_t distance) {
  const auto d = static_cast<double>(distance);
  switch (decay) {
    case KnnDecay::kSame: return 1;
    case KnnDecay::kDiv: return 1 / d;
    case KnnDecay::kLinear: return std::max(0.0, 1 - 0.1 * d);
    case KnnDecay::kLog: return 1 / std::log10(d + 1.7);
    case KnnDecay::kQuadratic: return 1 / (d * d);
    case KnnDecay::kExponential: return std::exp((1 - d) / scale);
  }
  return 1;
}

}  // namespace rekindle::operators
