#include "io/reports/offer_sums.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::io {

OfferSums::OfferSums(const Tallies& tallies, const ReportRequest& request, NameHash subject)
    : x_tallies(tallies), x_site(request.site->id), x_subject(subject) {
  x_last = week_of(EventTime{request.last_day * days(1).ms});
  x_first = std::max(week_of(EventTime{request.first_day * days(1).ms}),
                     x_last - limits::kTallyWeeksMax + 1);
}

int64_t OfferSums::sum(TallyOf what, uint8_t offset) const {
  const auto of = static_cast<TallyOf>(static_cast<uint8_t>(what) + offset);
  int64_t sum = 0;
  for (int64_t week = x_first; week <= x_last; ++week) {
    sum += x_tallies.read(tally_key(x_site, x_subject, of, week));
  }
  return sum;
}

TrialSums OfferSums::trials(uint8_t offset) const {
  const auto read = [&](TallyOf what) { return static_cast<double>(sum(what, offset)); };
  return {read(TallyOf::kTrials),
          read(TallyOf::kBuyers),
          read(TallyOf::kRevenue) / kSquareUnit,
          read(TallyOf::kRevenueSquare),
          read(TallyOf::kBefore) / kSquareUnit,
          read(TallyOf::kBeforeSquare),
          read(TallyOf::kProduct),
          read(TallyOf::kOrders),
          read(TallyOf::kOrdersSquare),
          read(TallyOf::kOrderRevenue)};
}

}  // namespace rekindle::io
