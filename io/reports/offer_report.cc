#include "io/reports/offer_report.h"

#include <fmt/format.h>

#include "core/decision.h"
#include "core/tally_key.h"
#include "io/json_text.h"
#include "io/reports/experiment.h"
#include "io/reports/offer_figures.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kPolicies[] = {"thompson", "greedy"};

struct ArmRow {
  const OfferDescription* offer;
  std::string discount;
  OfferFigures figures;
};

std::vector<ArmRow> rows_of(const Tallies& tallies, const std::vector<OfferDescription>& offers,
                            const ReportRequest& request) {
  std::vector<ArmRow> rows;
  const OfferSums of_site(tallies, request, kNoName);
  for (const OfferDescription& offer : offers) {
    if (!offer.site.empty() && offer.site != request.site->name) continue;
    const size_t rungs = std::max<size_t>(1, offer.discounts.size());
    for (uint32_t rung = 0; rung < rungs; ++rung) {
      const OfferSums arm(tallies, request, arm_hash(offer.id, rung));
      const std::string discount = rung < offer.discounts.size() ? offer.discounts[rung] : "";
      rows.push_back({&offer, discount, figures_of(offer, request, arm, of_site)});
    }
  }
  return rows;
}

// Everybody whom a policy chose something for, shown or ghost: policies are dealt by visitor.
TrialSums sums_of_policy(const Tallies& tallies, const ReportRequest& request,
                         std::string_view policy) {
  const OfferSums sums(tallies, request, policy_subject(name_hash(policy)));
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

// What all decisions of the site's offers came to in the report's weeks.
void append_site(JsonObject& object, const OfferSums& sums, const Site& site) {
  const int64_t decisions = sums.sum(TallyOf::kDecisions);
  const int64_t nothing = sums.sum(TallyOf::kNothingShown);
  const int64_t capped = sums.sum(TallyOf::kCappedDecisions);
  const auto share = [&](const char* name, int64_t part) {
    const std::string text = share_text(part, decisions);
    object.key(name).append(text.empty() ? "null" : text);
  };
  object.number("decisions", decisions);
  object.number("nothing_shown", nothing);
  share("nothing_shown_share", nothing);
  object.number("capped_decisions", capped);
  share("capped_share", capped);
  char text[32];
  object.key("site_revenue")
      .append(format_minor(sums.sum(TallyOf::kSiteRevenue), site.currency, text));
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
  append_site(object, OfferSums(tallies, request, kNoName), *request.site);
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
