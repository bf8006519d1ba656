#include "operators/decide/placement_config.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "operators/decide/candidates/catalog.h"

namespace rekindle::operators {
namespace {

std::string fault_of_range(const SourceConfig& config) {
  if (config.price_percent_min > config.price_percent_max) {
    return "the least price of upsell is above the most";
  }
  if (config.percent_min > 100 || config.discount_percent > 100) return "a percentage is over 100";
  if (config.threshold.tax_permille > 1'000) return "the tax is over 100 %";
  const size_t filters = config.categories.size() + config.brands.size() + config.products.size() +
                         config.audiences.size() + config.not_audiences.size() +
                         config.threshold.not_categories.size() +
                         config.threshold.not_products.size();
  if (filters <= limits::kPlacementFiltersMax) return {};
  return fmt::format(
      "the source '{}' names more than {} categories, brands, products and audiences",
      config.source, limits::kPlacementFiltersMax);
}

std::string fault_of_goal(const ThresholdConfig& threshold) {
  Currency currency;
  if (!threshold.currency.empty()) {
    const auto parsed = Currency::parse(threshold.currency);
    if (!parsed) return fmt::format("'{}' is not an ISO 4217 code", threshold.currency);
    currency = *parsed;
  }
  const auto goal = parse_minor(threshold.goal, currency);
  if (goal && *goal > 0) return {};
  return fmt::format("the goal '{}' is not an amount above 0", threshold.goal);
}

}  // namespace

PlacementConfig default_placement() {
  PlacementConfig placement;
  placement.name = "default";
  for (const char* source : {"similar_sessions", "bestsellers_of_last_category"}) {
    placement.sources.emplace_back().source = source;
  }
  return placement;
}

std::string fault_of(const SourceConfig& config) {
  const SourceEntry* source = find_source(config.source);
  if (source == nullptr) {
    std::string names;
    for (const SourceEntry& entry : candidate_sources()) {
      names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return fmt::format("there is no source '{}'; there are: {}", config.source, names);
  }
  // What it does not use must be left alone: a setting without effect is a mistake.
  const SourceConfig untouched;
  const auto misplaced = [&](Uses use, bool is_set, std::string_view what) {
    const bool is_wrong = is_set && !uses(source->uses, use);
    return is_wrong ? fmt::format("the source '{}' takes no {}", config.source, what)
                    : std::string();
  };
  const std::string faults[] = {
      misplaced(Uses::kLists, !config.categories.empty() || !config.brands.empty(),
                "categories and no brands"),
      misplaced(Uses::kProducts, !config.products.empty(), "products"),
      misplaced(Uses::kWithin, config.within != untouched.within, "'within'"),
      misplaced(Uses::kDrop, config.percent_min != untouched.percent_min, "'percent_min'"),
      misplaced(Uses::kBundle, config.discount_percent != untouched.discount_percent,
                "'discount_percent'"),
      misplaced(Uses::kUpsell,
                config.price_percent_min != untouched.price_percent_min ||
                    config.price_percent_max != untouched.price_percent_max ||
                    config.attributes_min != untouched.attributes_min,
                "settings of upsell"),
      misplaced(Uses::kNext, config.next.has_value(), "settings of similar_sessions"),
      misplaced(Uses::kReferral, config.orders_min != untouched.orders_min, "'orders_min'"),
      misplaced(Uses::kLoyalty, !config.trait.empty() || config.goal_points != 0,
                "'trait' and no 'goal_points'"),
      misplaced(Uses::kMessage, config.message != untouched.message, "title, text or url"),
      misplaced(Uses::kThreshold, config.threshold != untouched.threshold, "settings of threshold"),
  };
  for (const std::string& fault : faults) {
    if (!fault.empty()) return fault;
  }
  if (config.products.empty() && uses(source->uses, Uses::kNeedsProducts)) {
    return fmt::format("the source '{}' needs products", config.source);
  }
  if (config.message.title.empty() && uses(source->uses, Uses::kMessage)) {
    return fmt::format("the source '{}' needs a title", config.source);
  }
  if (uses(source->uses, Uses::kLoyalty) && (config.trait.empty() || config.goal_points == 0)) {
    return fmt::format("the source '{}' needs 'trait' and 'goal_points'", config.source);
  }
  if (uses(source->uses, Uses::kThreshold)) {
    if (std::string fault = fault_of_goal(config.threshold); !fault.empty()) return fault;
  }
  return fault_of_range(config);
}

}  // namespace rekindle::operators
