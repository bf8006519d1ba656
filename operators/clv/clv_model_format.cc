#include "operators/clv/clv_model_format.h"

#include "core/bytes.h"

namespace rekindle::operators {

void encode_clv_model(const ClvModel& model, std::string& out) {
  const ClvParameters& parameters = model.parameters();
  ByteWriter writer(out);
  writer.fixed(kClvModelFormatVersion);
  const auto& [r, alpha, a, b] = parameters.purchases;
  const auto& [p, q, v] = parameters.spend;
  for (const double value :
       {r, alpha, a, b, p, q, v, parameters.margin_share, parameters.yearly_discount}) {
    writer.fixed(value);
  }
  writer.fixed(parameters.fitted_at.ms);
  writer.fixed(parameters.customers);
}

Result<ClvModel> decode_clv_model(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (reader.ok() && version > kClvModelFormatVersion) {
    return Error{ErrorCode::kNewerVersion, "lifetime value model"};
  }
  ClvParameters parameters;
  auto& [r, alpha, a, b] = parameters.purchases;
  auto& [p, q, v] = parameters.spend;
  for (double* const value :
       {&r, &alpha, &a, &b, &p, &q, &v, &parameters.margin_share, &parameters.yearly_discount}) {
    *value = reader.fixed<double>();
  }
  parameters.fitted_at = {reader.fixed<int64_t>()};
  parameters.customers = reader.fixed<int64_t>();
  const bool is_whole = reader.ok() && reader.at_end() && version == kClvModelFormatVersion;
  auto model = ClvModel::make(parameters);
  if (is_whole && model) return *model;
  return Error{ErrorCode::kCorruptRecord, "lifetime value model"};
}

}  // namespace rekindle::operators
