#include "io/reports/offer_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "core/decision.h"
#include "core/limits.h"
#include "core/tally_key.h"
#include "io/json_text.h"
#include "io/reports/experiment.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kPolicies[] = {"thompson", "greedy"};

// Reads the sums of one arm over the report's weeks.
class ArmSums {
 public:
  ArmSums(const Tallies& tallies, const ReportRequest& request, NameHash arm)
      : x_tallies(tallies), x_site(request.site->id), x_arm(arm) {
    x_last = week_of(EventTime{request.last_day * days(1).ms});
    x_first = std::max(week_of(EventTime{request.first_day * days(1).ms}),
                       x_last - limits::kTallyWeeksMax + 1);
  }

  [[nodiscard]] int64_t sum(TallyOf what, uint8_t offset = 0) const {
    const auto of = static_cast<TallyOf>(static_cast<uint8_t>(what) + offset);
    int64_t sum = 0;
    for (int64_t week = x_first; week <= x_last; ++week) {
      sum += x_tallies.read(tally_key(x_site, x_arm, of, week));
    }
    return sum;
  }

  // In units of kSquareUnit.
  [[nodiscard]] TrialSums trials(uint8_t offset) const {
    const auto read = [&](TallyOf what) { return static_cast<double>(sum(what, offset)); };
    return {read(TallyOf::kTrials),
            read(TallyOf::kBuyers),
            read(TallyOf::kRevenue) / kSquareUnit,
            read(TallyOf::kRevenueSquare),
            read(TallyOf::kBefore) / kSquareUnit,
            read(TallyOf::kBeforeSquare),
            read(TallyOf::kProduct)};
  }

 private:
  const Tallies& x_tallies;
  SiteId x_site;
  NameHash x_arm;
  int64_t x_first = 0;
  int64_t x_last = 0;
};

// One row's figures, by name, as text: numbers, and money as decimals.
struct Figure {
  std::string_view name;
  std::string value;  // empty: not known
};

class Row {
 public:
  Row(const ReportRequest& request, const ArmSums& sums) : x_request(request), x_sums(sums) {}

  std::vector<Figure> fill(const OfferDescription& offer) {
    count("decided", TallyOf::kDecided);
    count("shown", TallyOf::kShown);
    count("late_shown", TallyOf::kLateShown);
    count("returned", TallyOf::kReturned);
    count("clicked", TallyOf::kClicked);
    count("dismissed", TallyOf::kDismissed);
    count("conversions", TallyOf::kConverted);
    ratio("acceptance", TallyOf::kClicked, TallyOf::kShown);
    money("revenue_last_touch", TallyOf::kRevenueLast);
    money("revenue_shared", TallyOf::kRevenueShared);
    money("cost", TallyOf::kCost);
    money("discount", TallyOf::kDiscount);
    count("ghosts_decided", TallyOf::kGhosted);
    fill_experiment(offer);
    return std::move(x_figures);
  }

 private:
  void fill_experiment(const OfferDescription& offer) {
    const TrialSums shown = x_sums.trials(0);
    const TrialSums ghosts = x_sums.trials(kGhostTallies);
    number("customers", shown.customers);
    number("ghost_customers", ghosts.customers);
    number("buyers", shown.buyers);
    number("ghost_buyers", ghosts.buyers);
    estimate("conversion_difference", difference_of_rates(shown, ghosts), 1);
    estimate("revenue_difference", difference_of_means(shown, ghosts), units());
    estimate("revenue_difference_cuped", adjusted_difference(shown, ghosts), units());
    estimate("incremental_sales", relative_difference(shown, ghosts), 1);
    const Estimate cuped = adjusted_difference(shown, ghosts);
    const double margin = static_cast<double>(offer.margin) / 10'000;
    const double spent =
        static_cast<double>(x_sums.sum(TallyOf::kCost) + x_sums.sum(TallyOf::kDiscount)) /
        static_cast<double>(x_request.site->currency.scale());
    add("incremental_margin",
        cuped.is_known
            ? fmt::format("{:.2f}", cuped.value * units() * shown.customers * margin - spent)
            : "");
    const RatioCheck ratio =
        check_ratio(shown, ghosts, static_cast<double>(offer.holdout) / 10'000);
    add("sample_ratio_p", fmt::format("{:.6g}", ratio.p));
    add("sample_ratio_alarm", ratio.is_alarm() ? "true" : "false");
  }

  // From kSquareUnit minor units to the currency's major ones.
  [[nodiscard]] double units() const {
    return static_cast<double>(kSquareUnit) / static_cast<double>(x_request.site->currency.scale());
  }

  void add(std::string_view name, std::string value) {
    x_figures.push_back({name, std::move(value)});
  }
  void number(std::string_view name, double value) { add(name, fmt::format("{:.0f}", value)); }
  void count(std::string_view name, TallyOf what) { add(name, std::to_string(x_sums.sum(what))); }
  void ratio(std::string_view name, TallyOf part, TallyOf whole) {
    const int64_t all = x_sums.sum(whole);
    add(name, all == 0 ? ""
                       : fmt::format("{:.6f}", static_cast<double>(x_sums.sum(part)) /
                                                   static_cast<double>(all)));
  }
  void money(std::string_view name, TallyOf what) {
    char text[32];
    add(name, std::string(format_minor(x_sums.sum(what), x_request.site->currency, text)));
  }
  void estimate(std::string_view name, const Estimate& estimate, double unit) {
    const auto text = [&](double value) {
      return estimate.is_known ? fmt::format("{:.6f}", value * unit) : std::string();
    };
    x_names.push_back(std::string(name) + "_low");
    x_names.push_back(std::string(name) + "_high");
    add(name, text(estimate.value));
    add(x_names[x_names.size() - 2], text(estimate.low));
    add(x_names.back(), text(estimate.high));
  }

  const ReportRequest& x_request;
  const ArmSums& x_sums;
  std::deque<std::string> x_names;  // of bounds; they stay in place
  std::vector<Figure> x_figures;
};

struct ArmRow {
  const OfferDescription* offer;
  std::string discount;
  std::vector<std::pair<std::string, std::string>> figures;
};

std::vector<ArmRow> rows_of(const Tallies& tallies, const std::vector<OfferDescription>& offers,
                            const ReportRequest& request) {
  std::vector<ArmRow> rows;
  for (const OfferDescription& offer : offers) {
    if (!offer.site.empty() && offer.site != request.site->name) continue;
    const size_t rungs = std::max<size_t>(1, offer.discounts.size());
    for (uint32_t rung = 0; rung < rungs; ++rung) {
      const ArmSums sums(tallies, request, arm_hash(offer.id, rung));
      ArmRow& row = rows.emplace_back();
      row.offer = &offer;
      row.discount = rung < offer.discounts.size() ? offer.discounts[rung] : "";
      Row figures(request, sums);
      for (const Figure& figure : figures.fill(offer)) {
        row.figures.emplace_back(std::string(figure.name), figure.value);
      }
    }
  }
  return rows;
}

// Everybody whom a policy chose something for, shown or ghost: policies are dealt by visitor.
TrialSums sums_of_policy(const Tallies& tallies, const ReportRequest& request,
                         std::string_view policy) {
  const ArmSums sums(tallies, request, policy_subject(name_hash(policy)));
  TrialSums all = sums.trials(0);
  const TrialSums ghosts = sums.trials(kGhostTallies);
  all.customers += ghosts.customers;
  all.buyers += ghosts.buyers;
  all.y += ghosts.y;
  all.yy += ghosts.yy;
  all.x += ghosts.x;
  all.xx += ghosts.xx;
  all.xy += ghosts.xy;
  return all;
}

void append_policies(std::string& out, const Tallies& tallies, const ReportRequest& request) {
  const double unit =
      static_cast<double>(kSquareUnit) / static_cast<double>(request.site->currency.scale());
  const TrialSums first = sums_of_policy(tallies, request, kPolicies[0]);
  out.push_back('[');
  JsonList list(out);
  for (const std::string_view policy : kPolicies) {
    const TrialSums sums = sums_of_policy(tallies, request, policy);
    if (sums.customers == 0) continue;
    list.next();
    JsonObject entry(out);
    entry.text("policy", policy);
    entry.number("customers", static_cast<int64_t>(sums.customers));
    entry.number("buyers", static_cast<int64_t>(sums.buyers));
    entry.key("revenue_a_customer").append(fmt::format("{:.6f}", sums.y / sums.customers * unit));
    const Estimate difference = adjusted_difference(sums, first);
    if (policy != kPolicies[0] && difference.is_known) {
      entry.key("difference").append(fmt::format("{:.6f}", difference.value * unit));
      entry.key("difference_low").append(fmt::format("{:.6f}", difference.low * unit));
      entry.key("difference_high").append(fmt::format("{:.6f}", difference.high * unit));
    }
    entry.close();
  }
  out.push_back(']');
}

std::string as_csv(const std::vector<ArmRow>& rows) {
  std::string out = "offer,discount";
  if (!rows.empty()) {
    for (const auto& [name, value] : rows.front().figures) out += "," + name;
  }
  out += "\r\n";
  for (const ArmRow& row : rows) {
    out += row.offer->id + "," + row.discount;
    for (const auto& [name, value] : row.figures) out += "," + value;
    out += "\r\n";
  }
  return out;
}

}  // namespace

std::string offer_report(const Tallies& tallies, const std::vector<OfferDescription>& offers,
                         const ReportRequest& request) {
  const auto rows = rows_of(tallies, offers, request);
  if (request.csv) return as_csv(rows);
  std::string out;
  JsonObject object(out);
  object.text("site", request.site->name);
  object.text("from", day_text(request.first_day));
  object.text("to", day_text(request.last_day));
  object.text("currency", request.site->currency.code());
  const auto of_site = [&](TallyOf what) {
    return tallies.read(tally_key(request.site->id, kNoName, what));
  };
  object.number("decisions_for_nothing", of_site(TallyOf::kNothing));
  object.number("feedback_for_unknown_decisions", of_site(TallyOf::kUnknownDecision));
  object.key("offers").push_back('[');
  JsonList list(out);
  for (const ArmRow& row : rows) {
    list.next();
    JsonObject entry(out);
    entry.text("offer", row.offer->id);
    entry.text("type", row.offer->type);
    if (!row.discount.empty()) entry.text("discount_step", row.discount);
    for (const auto& [name, value] : row.figures) {
      entry.key(name).append(value.empty() ? "null" : value);
    }
    entry.close();
  }
  out.push_back(']');
  append_policies(object.key("policies"), tallies, request);
  object.close();
  out.push_back('\n');
  return out;
}

}  // namespace rekindle::io
