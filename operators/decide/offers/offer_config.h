// Offers as a shop configures them: what may be shown where, to whom, how often, at what cost.
// Read from YAML by cli/offer_config; made into rules by offer_book.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/time.h"
#include "operators/decide/season.h"

namespace rekindle::operators {

inline constexpr int64_t kWholeShare = 10'000;  // shares are hundredths of a percent

enum class OfferType : uint8_t {
  kRecommendation,  // what the placement's candidate sources propose
  kProduct,         // one named product
  kDiscount,        // money off
  kMessage,         // text without a product
  kService,         // a service message: caps, fatigue, quiet hours and holdouts are for marketing
};
[[nodiscard]] std::string_view name_of(OfferType type);

// At most so often within a sliding window, counted over what the visitor was shown or may still
// be.
struct OfferCap {
  enum class Per : uint8_t { kOffer, kGroup, kChannel, kVisitor } per = Per::kOffer;
  uint64_t at_most = 1;
  Duration within = days(1);
};

// A discount: a share of the price (of the product, else of the cart) or an amount.
struct OfferDiscount {
  int64_t amount = 0;         // minor units
  uint32_t basis_points = 0;  // hundredths of a percent
  std::string text;           // as configured: "10%", "5.00"
};

// A context weight: while the expression holds, the value is raised by so many percent.
struct OfferBoost {
  std::string when;
  double percent = 0;
};

struct OfferConfig {
  std::string id;
  std::string site;  // empty: the only one
  OfferType type = OfferType::kMessage;
  std::string title;
  std::string text;
  std::string url;
  std::string group;
  std::string channel = "onsite";
  std::vector<std::string> placements;
  std::string product;   // of kProduct
  std::string audience;  // eligibility; empty: everyone
  std::string applies;   // applicability: does it make sense now
  std::string suits;     // suitability: is it right for this person
  EventTime start = EventTime::before_all();
  EventTime end = EventTime::never();
  std::optional<Season> season;       // only while it is on, within start and end
  std::vector<std::string> consent;   // purposes that must be granted
  int64_t cost = 0;                   // of showing it once, minor units
  std::vector<OfferDiscount> ladder;  // one discount, or several to choose the least that works
  bool full_price_payers = false;     // may get a discount too
  int64_t worth =
      kNoMoney;             // an order's revenue before any is known; kNoMoney: the product's price
  uint32_t margin = 3'000;  // share of revenue that is margin; shares are hundredths of a percent
  uint32_t margin_floor = 0;  // after the discount at least this share must be left
  uint32_t returns = 0;       // share of revenue that comes back
  uint32_t response = 200;    // who buys after it, before any is known
  double weight = 0;          // lever: raises the value by so many percent
  std::vector<OfferBoost> boosts;
  std::vector<OfferCap> caps;
  Duration cool_down = days(7);     // after a dismissal
  uint64_t fatigue_after = 0;       // so many shown in a row without a click; 0: never
  Duration fatigue_for = days(14);  // … rest so long, counted from the last
  // Taken off its value for each showing since the last click, half of it for one fatigue_for ago;
  // minor units.
  int64_t fatigue_cost = 0;
  std::optional<std::pair<int32_t, int32_t>> quiet_hours;  // minutes of the day, from and until
  int64_t budget = -1;             // minor units, costs and discounts together; -1: without end
  bool holds_stock = false;        // a piece is kept for whom it is shown to
  uint32_t holdout = 0;            // share of visitors who are ghosts
  Duration reserve = minutes(30);  // to be shown within
  Duration click_window = days(7);
  Duration view_window = days(1);
};

// What is common to all offers.
struct OfferingConfig {
  uint32_t holdout = 0;      // share of visitors who never see marketing
  std::string unprofitable;  // expression; whom it holds for, gets no marketing
  double prior = 50;         // customers that a group's rate counts as for an offer without history
  Duration half_life = days(28);  // of what was learnt
  // Who is decided for by which policy: shares of visitors, which add up to the whole.
  struct PolicyShare {
    std::string policy;
    uint32_t share = 0;
  };
  std::vector<PolicyShare> policies = {{"thompson", 10'000}};  // or "greedy"
};

// What is wrong with it; empty: nothing.
[[nodiscard]] std::string fault_of(const OfferConfig& offer);
[[nodiscard]] std::string fault_of(const OfferingConfig& offering);

}  // namespace rekindle::operators
