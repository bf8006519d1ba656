// What is shown where: for each placement, the candidate sources to ask, in order. Part of the
// decision engine's configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/money.h"
#include "operators/decide/learnt/next_products.h"
#include "operators/decide/season.h"

namespace rekindle::operators {

// A line without a product: news, a programme, an invitation.
struct MessageConfig {
  std::string title;
  std::string text;  // may name what the source knows: {points}, {missing}, {goal}
  std::string url;
  friend bool operator==(const MessageConfig&, const MessageConfig&) = default;
};

// What an amount in the cart is compared with, and how the amount is reckoned.
struct ThresholdConfig {
  std::string name = "free shipping";  // what there is to be reached
  std::string goal;                    // decimal, as the shop advertises it
  std::string currency;                // of the goal; empty: the site's
  bool is_net = false;                 // the goal is compared with amounts without tax …
  bool prices_are_net = false;  // … and the catalogue's and the cart's prices are without it
  uint32_t tax_permille = 0;    // between the two; 190 is 19 %
  bool after_discounts = true;  // the request's discount is taken off first
  std::vector<std::string> not_categories;  // lines that do not count; categories with all below
  std::vector<std::string> not_products;
  friend bool operator==(const ThresholdConfig&, const ThresholdConfig&) = default;
};

// One source as a placement asks it. What a source does not use must be as it is here.
struct SourceConfig {
  std::string source;                   // its name in candidates/catalog.cc
  uint32_t take = 0;                    // at most so many offers from it; 0: as many as fit
  std::vector<std::string> categories;  // only of these, and what lies below them
  std::vector<std::string> brands;      // the same
  std::vector<std::string> products;    // of manual: these, in this order; of bundle: the set
  // Who it is for, as audiences in force have it: any of the first, and none of the second.
  std::vector<std::string> audiences;  // empty: everybody
  std::vector<std::string> not_audiences;
  std::optional<Season> season;      // asked only while it is on
  Duration within = days(30);        // of new_arrivals and price_drop: how long something is news
  uint32_t percent_min = 5;          // of price_drop: a smaller drop is none
  uint32_t discount_percent = 10;    // of bundle: off the sum of its prices
  uint32_t price_percent_min = 105;  // of upsell: of the price of what is viewed …
  uint32_t price_percent_max = 150;  // … at most
  uint32_t attributes_min = 0;       // of upsell: at least so many attributes in common
  std::optional<NextConfig> next;    // of similar_sessions: its own method; else the common one
  uint32_t orders_min = 1;           // of refer_a_friend: orders of the one who may refer
  std::string trait;                 // of loyalty: where the points are
  uint32_t goal_points = 0;          // of loyalty: where a reward begins
  MessageConfig message;
  ThresholdConfig threshold;
  friend bool operator==(const SourceConfig&, const SourceConfig&) = default;
};

// At most so many of one category, or brand, in one placement; 0: as many as there are.
struct Quota {
  uint32_t per_category = 0;
  uint32_t per_brand = 0;
};

struct PlacementConfig {
  std::string name;
  std::vector<SourceConfig> sources;
  Quota quota = {};
};

// What a placement shows that the configuration does not name, unless it names "default": chosen by
// measurement, see docs/adr/0014.
[[nodiscard]] PlacementConfig default_placement();

// What is wrong with a source's settings; empty: nothing.
[[nodiscard]] std::string fault_of(const SourceConfig& source);

}  // namespace rekindle::operators
