#include "io/reports/offer_figures.h"

#include <fmt/format.h>

#include <cmath>

#include "core/money.h"

namespace rekindle::io {
namespace {

class Figures {
 public:
  Figures(const OfferDescription& offer, const ReportRequest& request, const OfferSums& arm,
          const OfferSums& site)
      : x_offer(offer),
        x_request(request),
        x_arm(arm),
        x_site(site),
        x_shown(arm.trials(0)),
        x_ghosts(arm.trials(kGhostTallies)) {}

  OfferFigures fill() {
    fill_delivery();
    fill_customers();
    fill_revenue();
    fill_orders();
    fill_products();
    fill_lifetime_value();
    fill_fatigue();
    const RatioCheck ratio =
        check_ratio(x_shown, x_ghosts, static_cast<double>(x_offer.holdout) / 10'000);
    add("sample_ratio_p", fmt::format("{:.6g}", ratio.p));
    add("sample_ratio_alarm", ratio.is_alarm() ? "true" : "false");
    return std::move(x_figures);
  }

 private:
  void fill_delivery() {
    count("decided", TallyOf::kDecided);
    count("shown", TallyOf::kShown);
    count("late_shown", TallyOf::kLateShown);
    count("returned", TallyOf::kReturned);
    count("clicked", TallyOf::kClicked);
    count("dismissed", TallyOf::kDismissed);
    count("conversions", TallyOf::kConverted);
    add("acceptance", share_text(x_arm.sum(TallyOf::kClicked), x_arm.sum(TallyOf::kShown)));
    money("revenue_last_touch", TallyOf::kRevenueLast);
    money("revenue_shared", TallyOf::kRevenueShared);
    money("cost", TallyOf::kCost);
    money("discount", TallyOf::kDiscount);
    count("ghosts_decided", TallyOf::kGhosted);
  }

  void fill_customers() {
    number("customers", x_shown.customers);
    number("ghost_customers", x_ghosts.customers);
    number("buyers", x_shown.buyers);
    number("ghost_buyers", x_ghosts.buyers);
    const Share shown{x_shown.buyers, x_shown.customers};
    const Share ghosts{x_ghosts.buyers, x_ghosts.customers};
    shares("conversion", shown, ghosts);
    estimate("conversion_lift", lift(shown, ghosts), 1);
    const double z = z_of(shown, ghosts);
    add("conversion_z", z == 0 ? "" : fmt::format("{:.4f}", z));
  }

  void fill_revenue() {
    const Estimate cuped = adjusted_difference(x_shown, x_ghosts);
    estimate("revenue_difference", difference_of_means(x_shown, x_ghosts), units());
    estimate("revenue_difference_cuped", cuped, units());
    estimate("incremental_sales", relative_difference(x_shown, x_ghosts), 1);
    estimate("incremental_revenue", cuped, units() * x_shown.customers);
    const double margin = static_cast<double>(x_offer.margin) / 10'000;
    const double spent =
        static_cast<double>(x_arm.sum(TallyOf::kCost) + x_arm.sum(TallyOf::kDiscount)) / scale();
    const double scaled = units() * x_shown.customers * margin;
    estimate("incremental_margin",
             {cuped.is_known, cuped.value * scaled - spent, cuped.low * scaled - spent,
              cuped.high * scaled - spent},
             1);
    const int64_t attributed = x_arm.sum(TallyOf::kRevenueLast);
    add("revenue_contribution", share_text(attributed, x_site.sum(TallyOf::kSiteRevenue)));
    const bool has_share = cuped.is_known && attributed > 0;
    add("incremental_share",
        has_share ? fmt::format("{:.6f}", cuped.value * units() * x_shown.customers /
                                              (static_cast<double>(attributed) / scale()))
                  : "");
  }

  void fill_orders() {
    estimate("order_value", order_value(x_shown), units());
    estimate("ghost_order_value", order_value(x_ghosts), units());
    estimate("order_value_difference", difference_of_order_values(x_shown, x_ghosts), units());
    shares("repeat", TallyOf::kRepeaters, TallyOf::kBuyers);
    shares("retention", TallyOf::kRetained, TallyOf::kActiveBefore);
  }

  void fill_products() {
    const Sample shown = sample(TallyOf::kTrials, TallyOf::kLines, TallyOf::kLinesSquare, 0);
    const Sample ghosts =
        sample(TallyOf::kTrials, TallyOf::kLines, TallyOf::kLinesSquare, kGhostTallies);
    means("cross_sell_ratio", shown, ghosts, 1);
    // Of an offer that names no products there is nothing to say here.
    const bool has_products = x_offer.type == "product" || x_offer.type == "recommendation";
    const auto whole = [&](TallyOf what) { return has_products ? what : TallyOf::kNone; };
    shares("cross_sell_conversion", TallyOf::kTook, whole(TallyOf::kTrials));
    shares("attach", TallyOf::kAttached, whole(TallyOf::kPrimary));
    shares("penetration", TallyOf::kOwners, whole(TallyOf::kTrials));
  }

  void fill_lifetime_value() {
    Sample shown = sample(TallyOf::kClvKnown, TallyOf::kClv, TallyOf::kClvSquare, 0);
    Sample ghosts = sample(TallyOf::kClvKnown, TallyOf::kClv, TallyOf::kClvSquare, kGhostTallies);
    for (Sample* side : {&shown, &ghosts}) side->sum /= kSquareUnit;
    means("lifetime_value", shown, ghosts, units());
  }

  void fill_fatigue() {
    const auto read = [&](TallyOf what) { return static_cast<double>(x_arm.sum(what)); };
    estimate("fatigue_slope",
             acceptance_slope({read(TallyOf::kShown) + read(TallyOf::kLateShown),
                               read(TallyOf::kClicked), read(TallyOf::kNth),
                               read(TallyOf::kNthSquare), read(TallyOf::kNthClicked)}),
             1);
    const int64_t capped = x_arm.sum(TallyOf::kCapped);
    add("capped", std::to_string(capped));
    add("cap_share",
        share_text(capped, capped + x_arm.sum(TallyOf::kDecided) + x_arm.sum(TallyOf::kGhosted)));
  }

  // From kSquareUnit minor units to the currency's major ones.
  [[nodiscard]] double units() const { return static_cast<double>(kSquareUnit) / scale(); }
  [[nodiscard]] double scale() const {
    return static_cast<double>(x_request.site->currency.scale());
  }
  [[nodiscard]] Sample sample(TallyOf count, TallyOf sum, TallyOf squares, uint8_t offset) const {
    const auto read = [&](TallyOf what) { return static_cast<double>(x_arm.sum(what, offset)); };
    return {read(count), read(sum), read(squares)};
  }
  [[nodiscard]] Share share(TallyOf part, TallyOf whole, uint8_t offset) const {
    if (whole == TallyOf::kNone) return {};
    return {static_cast<double>(x_arm.sum(part, offset)),
            static_cast<double>(x_arm.sum(whole, offset))};
  }

  void add(std::string name, std::string value) {
    x_figures.emplace_back(std::move(name), std::move(value));
  }
  void number(const char* name, double value) { add(name, fmt::format("{:.0f}", value)); }
  void count(const char* name, TallyOf what) { add(name, std::to_string(x_arm.sum(what))); }
  void money(const char* name, TallyOf what) {
    char text[32];
    add(name, std::string(format_minor(x_arm.sum(what), x_request.site->currency, text)));
  }
  void estimate(const std::string& name, const Estimate& estimate, double unit) {
    const auto text = [&](double value) {
      return estimate.is_known ? fmt::format("{:.6f}", value * unit) : std::string();
    };
    add(name, text(estimate.value));
    add(name + "_low", text(estimate.low));
    add(name + "_high", text(estimate.high));
  }
  // One side, the other, and their difference.
  void shares(const std::string& name, const Share& shown, const Share& ghosts) {
    const auto text = [](const Share& share) {
      return share.whole > 0 ? fmt::format("{:.6f}", share.value()) : std::string();
    };
    add(name, text(shown));
    add("ghost_" + name, text(ghosts));
    estimate(name + "_difference", difference_of_shares(shown, ghosts), 1);
  }
  void shares(const std::string& name, TallyOf part, TallyOf whole) {
    shares(name, share(part, whole, 0), share(part, whole, kGhostTallies));
  }
  void means(const std::string& name, const Sample& shown, const Sample& ghosts, double unit) {
    const auto text = [&](const Sample& sample) {
      return sample.count > 0 ? fmt::format("{:.6f}", sample.sum / sample.count * unit)
                              : std::string();
    };
    add(name, text(shown));
    add("ghost_" + name, text(ghosts));
    estimate(name + "_difference", difference_of_means(shown, ghosts), unit);
  }

  const OfferDescription& x_offer;
  const ReportRequest& x_request;
  const OfferSums& x_arm;
  const OfferSums& x_site;
  TrialSums x_shown;
  TrialSums x_ghosts;
  OfferFigures x_figures;
};

}  // namespace

OfferFigures figures_of(const OfferDescription& offer, const ReportRequest& request,
                        const OfferSums& arm, const OfferSums& site) {
  return Figures(offer, request, arm, site).fill();
}

std::string share_text(int64_t part, int64_t whole) {
  if (whole == 0) return {};
  return fmt::format("{:.6f}", static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace rekindle::io
