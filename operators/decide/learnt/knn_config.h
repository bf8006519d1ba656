// How sessions are compared and their products scored. One formula covers the published methods:
//
//   sim(s, h)  = Σ over shared products of w(position in s) ÷ norm(s, h) · e^(−age of h / scale)
//   score(i)   = Σ over the nearest h of sim · step(distance) · nearness in h · idf(i)
//
// with `distance` from the newest product of s to the newest one shared with h, 1 for the newest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rekindle::operators {

// Of a 1-based position in s of length L, or of a distance d.
enum class KnnDecay : uint8_t {
  kSame,         // 1
  kDiv,          // position / L; 1 / d
  kLinear,       // 1 − (L − position) / 10; 1 − d / 10; not below 0
  kLog,          // 1 / log10(L − position + 1.7); 1 / log10(d + 1.7)
  kQuadratic,    // the square of kDiv
  kExponential,  // e^((position − L) / scale); e^((1 − d) / scale)
};

enum class KnnNorm : uint8_t {
  kProducts,  // the number of different products of s
  kCosine,    // √(Σ w² over s) · √(number of different products of h)
};

enum class KnnIdf : uint8_t {
  kNone,      // 1
  kPairs,     // ln(all pairs of session and product ÷ sessions with i)
  kSessions,  // ln(sessions ÷ sessions with i)
  kLines,     // ln(sessions ÷ lines with i)
};

struct KnnConfig {
  size_t recent = 500;      // 1 … limits::kKnnRecentMax
  size_t neighbours = 100;  // 1 … limits::kKnnNeighboursMax
  size_t items = 9;         // newest lines of s, 1 … limits::kKnnItemsMax

  KnnDecay position = KnnDecay::kDiv;
  double position_scale = 1;  // of kExponential
  KnnNorm norm = KnnNorm::kProducts;
  double age_days = 0;  // sim · e^(−age of h / this); 0: age does not count

  KnnDecay step = KnnDecay::kLinear;
  double step_scale = 1;
  double nearness_scale = 0;  // · e^(−|place of i − place of the last shared one| / this); 0: 1

  KnnIdf idf = KnnIdf::kSessions;
  bool idf_added = false;  // 1 + weight · idf instead of idf
  double idf_weight = 1;

  // What decide uses: chosen by measurement, see docs/adr/0014.
  [[nodiscard]] static KnnConfig standard();
  // The published methods, with the settings given to them there.
  [[nodiscard]] static KnnConfig vmis(size_t recent, size_t neighbours, size_t items);
  [[nodiscard]] static KnnConfig vsknn(size_t recent, size_t neighbours, KnnDecay position,
                                       KnnDecay step, double idf_weight);
  [[nodiscard]] static KnnConfig stan(size_t recent, size_t neighbours, double position_scale,
                                      double age_days, double nearness_scale);
  [[nodiscard]] static KnnConfig vstan(size_t recent, size_t neighbours, double position_scale,
                                       double age_days, double nearness_scale, double step_scale,
                                       double idf_weight);
  friend bool operator==(const KnnConfig&, const KnnConfig&) = default;
};

// w(position) and step(distance) of the drawing above.
[[nodiscard]] double position_weight(KnnDecay decay, double scale, size_t position, size_t length);
[[nodiscard]] double step_weight(KnnDecay decay, double scale, size_t distance);

}  // namespace rekindle::operators
