// A decision of a log beside what another policy would have chosen in its place, and what followed.
// Made by simulation, read by reward_model and report.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace rekindle::cli {

struct DecisionRow {
  // An offer that was decided and not held out.
  struct Given {
    NameHash offer = kNoName;
    NameHash product = kNoName;  // item hash; kNoName: of no product
    int64_t cost = 0;            // minor units
    int64_t discount = 0;        // given if it is bought
    bool was_shown = false;      // as feedback says
    bool was_bought = false;     // in the window, after that
  };

  uint64_t id = 0;
  SiteId site{};
  uint32_t visitor = 0;    // in order of their first decision
  uint32_t placement = 0;  // in order of its first decision
  EventTime at;
  double logged = 0;  // chance of what was shown
  double target = 0;
  std::vector<NameHash> shown;                       // arms, ascending
  std::vector<std::pair<NameHash, double>> offered;  // by the target: arms and their chances
  std::string was_shown;                             // for people: "winter_ten#1 parcel_news"
  std::string chosen;                                // the same, by the target
  std::vector<Given> given;
  // Within the window.
  int64_t revenue = 0;  // purchases − refunds, minor units
  uint32_t orders = 0;
  uint32_t clicks = 0;
};

enum class Reward : uint8_t { kGain, kRevenue, kOrder, kClick };

// In minor units where it is money. `margin`: share of revenue.
[[nodiscard]] double reward_of(const DecisionRow& row, Reward reward, double margin);

}  // namespace rekindle::cli
