// The CDNOW purchase histories: 2,357 customers whose first order was in the first quarter of 1997,
// their purchases up to 1997-09-30 summed up in weeks, and every order of 78 weeks. The data are
// not part of this repository; a test that needs them is skipped, and says so, where they are
// absent.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "core/time.h"
#include "operators/clv/bg_nbd.h"
#include "operators/clv/gamma_gamma.h"
#include "operators/clv/purchase_history.h"

namespace rekindle::operators::samples {

struct CdnowOrder {
  size_t customer = 0;  // index into CdnowData::repeats
  EventTime at;         // 00:00 UTC of the day
  int64_t cents = 0;
};

struct CdnowData {
  std::vector<RepeatCell> repeats;  // weeks, by customer
  std::vector<SpendCell> spend;     // dollars; those with a repeat purchase, by customer
  std::vector<CdnowOrder> orders;   // by customer, then by day
};

inline constexpr EventTime kCalibrationEnd{875'577'600'000};  // 1997-09-30

[[nodiscard]] bool has_cdnow();
[[nodiscard]] const CdnowData& cdnow();  // REQUIRES: has_cdnow()

// The published estimates.
inline constexpr BgNbd kCdnowPurchases{0.2425945, 4.4136019, 0.7929199, 2.4258881};
inline constexpr GammaGamma kCdnowSpend{6.25, 3.74, 15.44};

// Histories as of the end of a day, by customer. Orders of one day are one.
[[nodiscard]] std::vector<PurchaseHistory> cdnow_histories(EventTime day);

}  // namespace rekindle::operators::samples

#define RK_NEEDS_CDNOW() \
  if (!::rekindle::operators::samples::has_cdnow()) GTEST_SKIP() << "skipped: data absent"
