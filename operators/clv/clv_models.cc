#include "operators/clv/clv_models.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "operators/clv/clv_fit.h"
#include "operators/clv/clv_model_format.h"

namespace rekindle::operators {
namespace {

constexpr Duration kRefitEvery = days(1);

PurchaseHistory history_of(const Lifetime& lifetime) {
  return {lifetime.orders, lifetime.first_order, lifetime.last_order, lifetime.revenue()};
}

class ClvModels final : public CustomerModels {
 public:
  void change(SiteId site, const Lifetime& before, const Lifetime& after) override {
    ClvHistogram& histogram = x_sites[site].histogram;
    histogram.remove(history_of(before));
    histogram.add(history_of(after));
  }

  bool restore(SiteId site, std::string_view bytes) override {
    const Result<ClvModel> model = decode_clv_model(bytes);
    if (!model) return false;
    Site& known = x_sites[site];
    const ClvParameters& parameters = model->parameters();
    if (known.fitted && known.fitted->fitted_at >= parameters.fitted_at) return false;
    known.fitted = parameters;
    known.tried_at = parameters.fitted_at;
    known.customers_tried = parameters.customers;
    return true;
  }

  Refit refit(EventTime now) override {
    Refit done;
    for (auto& [id, site] : x_sites) {
      if (!site.is_due(now)) continue;
      if (auto model = site.fit(now)) {
        done.models.push_back({id, std::move(*model)});
      } else {
        ++done.failed;
      }
    }
    return done;
  }

  std::vector<ModelFigure> describe(std::string_view bytes) const override {
    const Result<ClvModel> model = decode_clv_model(bytes);
    if (!model) return {};
    const ClvParameters& parameters = model->parameters();
    const auto& [r, alpha, a, b] = parameters.purchases;
    const auto& [p, q, v] = parameters.spend;
    return {{"r", r},
            {"alpha", alpha},
            {"a", a},
            {"b", b},
            {"p", p},
            {"q", q},
            {"v", v},
            {"customers", static_cast<double>(parameters.customers)},
            {"fitted_at", static_cast<double>(parameters.fitted_at.ms)}};
  }

 private:
  struct Site {
    ClvHistogram histogram;
    std::optional<ClvParameters> fitted;
    EventTime tried_at = EventTime::before_all();
    int64_t customers_tried = 0;

    [[nodiscard]] bool is_due(EventTime now) const {
      const int64_t customers = histogram.customers();
      if (static_cast<double>(customers) < limits::kClvCustomersMin) return false;
      return tried_at == EventTime::before_all() || now - tried_at >= kRefitEvery ||
             customers >= 2 * customers_tried;
    }
    std::optional<std::string> fit(EventTime now) {
      tried_at = now;
      customers_tried = histogram.customers();
      const Result<ClvFit> found = fit_clv(histogram, now);
      if (!found) return std::nullopt;
      ClvParameters parameters;
      parameters.purchases = found->purchases.model;
      parameters.spend = found->spend.model;
      parameters.fitted_at = now;
      parameters.customers = customers_tried;
      const Result<ClvModel> model = ClvModel::make(parameters);
      if (!model) return std::nullopt;
      fitted = parameters;
      std::string bytes;
      encode_clv_model(*model, bytes);
      return bytes;
    }
  };

  std::map<SiteId, Site> x_sites;
};

}  // namespace

std::unique_ptr<CustomerModels> make_clv_models() {
  return std::make_unique<ClvModels>();
}

}  // namespace rekindle::operators
