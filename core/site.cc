#include "core/site.h"

#include "core/limits.h"

namespace rekindle {

Result<Sites> Sites::make(std::vector<Site> sites) {
  Sites result;
  for (Site& site : sites) {
    site.id = site_id(site.name);
    if (result.find(site.id) != nullptr) {
      return Error{ErrorCode::kInvalidConfiguration,
                   "site '" + site.name + "' repeats the name or id of another site"};
    }
    result.x_sites.push_back(std::move(site));
  }
  return result;
}

const Site* Sites::find(std::string_view name) const {
  for (const Site& site : x_sites) {
    if (site.name == name) return &site;
  }
  return nullptr;
}

const Site* Sites::find(SiteId id) const {
  for (const Site& site : x_sites) {
    if (site.id == id) return &site;
  }
  return nullptr;
}

Result<int64_t> convert(int64_t minor, Currency from, const Site& site) {
  if (from == site.currency) return minor;
  for (const ExchangeRate& rate : site.rates) {
    if (rate.from != from) continue;
    const __int128 above = static_cast<__int128>(minor) * rate.numerator * site.currency.scale();
    const __int128 below = static_cast<__int128>(rate.denominator) * from.scale();
    const __int128 half = below / 2;
    const __int128 result = (above + (above < 0 ? -half : half)) / below;
    if (result > limits::kMoneyMinorMax || result < -limits::kMoneyMinorMax) {
      return Error{ErrorCode::kInvalidMoney, {}};
    }
    return static_cast<int64_t>(result);
  }
  return Error{ErrorCode::kUnknownCurrency, {}};
}

}  // namespace rekindle
