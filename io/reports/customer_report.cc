#include "io/reports/customer_report.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "io/json_text.h"

namespace rekindle::io {
namespace {

// A share with four decimals; empty for one of nothing.
std::string share(uint64_t part, uint64_t whole) {
  if (whole == 0) return {};
  return fmt::format("{:.4f}", static_cast<double>(part) / static_cast<double>(whole));
}

std::string or_null(const std::string& number) {
  return number.empty() ? "null" : number;
}

using Figures = std::vector<std::pair<std::string_view, uint64_t>>;

Figures figures_of(const CustomerSums::Growth& growth) {
  return {{"new_leads", growth.new_leads}, {"new_customers", growth.new_customers},
          {"repeat", growth.repeat},       {"reactivated", growth.reactivated},
          {"ordering", growth.ordering},   {"orders", growth.orders}};
}

std::string csv(CustomerReport report, const CustomerSums& sums) {
  std::string out;
  if (report == CustomerReport::kGrowth) {
    out = "figure,value\n";
    for (const auto& [name, value] : figures_of(sums.growth())) {
      out += fmt::format("{},{}\n", name, value);
    }
    return out;
  }
  if (report == CustomerReport::kRetention) {
    out = "month,active,active_before,retained,retention\n";
    for (size_t i = 0; i < sums.months().size(); ++i) {
      const CustomerSums::Month& month = sums.months()[i];
      out += fmt::format("{},{},{},{},{}\n", month_text(sums.first_month() + int32_t(i)),
                         month.active, month.active_before, month.retained,
                         share(month.retained, month.active_before));
    }
    return out;
  }
  out = "cohort,size,repeaters,repeat_rate,month,active\n";
  for (size_t i = 0; i < sums.cohorts().size(); ++i) {
    const CustomerSums::Cohort& cohort = sums.cohorts()[i];
    for (size_t k = 0; k < cohort.active.size(); ++k) {
      out += fmt::format("{},{},{},{},{},{}\n", month_text(sums.first_month() + int32_t(i)),
                         cohort.size, cohort.repeaters, share(cohort.repeaters, cohort.size), k,
                         cohort.active[k]);
    }
  }
  return out;
}

void append_months(std::string& out, const CustomerSums& sums) {
  JsonList list(out);
  for (size_t i = 0; i < sums.months().size(); ++i) {
    const CustomerSums::Month& month = sums.months()[i];
    list.next();
    JsonObject line(out);
    line.text("month", month_text(sums.first_month() + static_cast<int32_t>(i)));
    line.number("active", month.active);
    line.number("active_before", month.active_before);
    line.number("retained", month.retained);
    line.key("retention").append(or_null(share(month.retained, month.active_before)));
    line.close();
  }
}

void append_cohorts(std::string& out, const CustomerSums& sums) {
  JsonList list(out);
  for (size_t i = 0; i < sums.cohorts().size(); ++i) {
    const CustomerSums::Cohort& cohort = sums.cohorts()[i];
    list.next();
    JsonObject line(out);
    line.text("month", month_text(sums.first_month() + static_cast<int32_t>(i)));
    line.number("size", cohort.size);
    line.number("repeaters", cohort.repeaters);
    line.key("repeat_rate").append(or_null(share(cohort.repeaters, cohort.size)));
    line.key("active").push_back('[');
    JsonList active(out);
    for (const uint64_t count : cohort.active) {
      active.next();
      append_number(out, count);
    }
    out.push_back(']');
    line.close();
  }
}

}  // namespace

std::string customer_report(CustomerReport report, const CustomerScan& scan,
                            const ReportRequest& request) {
  if (request.csv) return csv(report, scan.sums);
  std::string out;
  JsonObject object(out);
  object.text("site", request.site->name);
  object.text("from", day_text(request.first_day));
  object.text("to", day_text(request.last_day));
  object.time("as_of", scan.as_of.ms);
  object.number("bounded", scan.sums.bounded());
  if (report == CustomerReport::kGrowth) {
    for (const auto& [name, value] : figures_of(scan.sums.growth())) object.number(name, value);
  } else if (report == CustomerReport::kRetention) {
    object.key("months").push_back('[');
    append_months(out, scan.sums);
    out.push_back(']');
  } else {
    object.key("cohorts").push_back('[');
    append_cohorts(out, scan.sums);
    out.push_back(']');
  }
  object.close();
  out.push_back('\n');
  return out;
}

}  // namespace rekindle::io
