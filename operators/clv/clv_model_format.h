// A lifetime value model as bytes: what the log carries when a new fit takes force.
//
//   offset  size
//   0       1      version (1)
//   1       32     BG/NBD: r, alpha (days), a, b
//   33      24     Gamma-Gamma: p, q, v (minor units)
//   57      8      margin share
//   65      8      yearly discount
//   73      8      fitted at, ms
//   81      8      customers the fit saw
//
// Numbers are little-endian, fractions IEEE 754 binary64. A change of layout takes a new version;
// old ones stay readable.
#pragma once

#include <string>
#include <string_view>

#include "operators/clv/clv_model.h"

namespace rekindle::operators {

inline constexpr uint8_t kClvModelFormatVersion = 1;
inline constexpr size_t kClvModelBytes = 89;

void encode_clv_model(const ClvModel& model, std::string& out);  // appends
// Errors: kCorruptRecord (wrong length, or parameters out of range), kNewerVersion.
[[nodiscard]] Result<ClvModel> decode_clv_model(std::string_view bytes);

}  // namespace rekindle::operators
