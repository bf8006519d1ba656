// What a report says of one offer at one discount: figures by name, as text. docs/reports.md
// defines each. Used by offer_report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/decider.h"
#include "io/reports/offer_sums.h"

namespace rekindle::io {

// (name, value); an empty value is not known.
using OfferFigures = std::vector<std::pair<std::string, std::string>>;

// `arm`: of the offer at this discount; `site`: of the site as a whole (subject kNoName).
[[nodiscard]] OfferFigures figures_of(const OfferDescription& offer, const ReportRequest& request,
                                      const OfferSums& arm, const OfferSums& site);

// part ÷ whole with six decimals; empty without a whole.
[[nodiscard]] std::string share_text(int64_t part, int64_t whole);

}  // namespace rekindle::io
