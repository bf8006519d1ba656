// The sites (shops) this server works for, fixed when the engine starts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace rekindle {

// amount in `from` × numerator ÷ denominator = amount in the site's currency, both in major units.
struct ExchangeRate {
  Currency from;
  int64_t numerator = 1;
  int64_t denominator = 1;
};

struct Site {
  std::string name;
  SiteId id{};
  Currency currency;
  Duration late_max = hours(72);  // how far `at` may lie behind `received_at` on the wall clock
  std::vector<ExchangeRate> rates;
  std::string calling_code;      // "49": completes phones without one in hand-overs; empty: none
  Duration retention{0};         // visitors not seen for so long are forgotten; 0: never
  bool consent_required = true;  // hand-overs: who was never asked counts as refusing
};

class Sites {
 public:
  // Errors: kInvalidConfiguration when two names share an id or a name repeats.
  [[nodiscard]] static Result<Sites> make(std::vector<Site> sites);
  [[nodiscard]] const Site* find(std::string_view name) const;
  [[nodiscard]] const Site* find(SiteId id) const;
  [[nodiscard]] const std::vector<Site>& all() const { return x_sites; }

 private:
  std::vector<Site> x_sites;
};

// `minor` of `from` in the site's currency, half away from zero. Errors: kUnknownCurrency without a
// rate, kInvalidMoney when out of range.
[[nodiscard]] Result<int64_t> convert(int64_t minor, Currency from, const Site& site);

}  // namespace rekindle
