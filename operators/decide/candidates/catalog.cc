#include "operators/decide/candidates/catalog.h"

#include <algorithm>

#include "operators/decide/candidates/best_lists.h"
#include "operators/decide/candidates/bestsellers_of_last_category.h"
#include "operators/decide/candidates/bundle.h"
#include "operators/decide/candidates/manual.h"
#include "operators/decide/candidates/message.h"
#include "operators/decide/candidates/new_arrivals.h"
#include "operators/decide/candidates/price_drop.h"
#include "operators/decide/candidates/reorder_reminder.h"
#include "operators/decide/candidates/replenishment.h"
#include "operators/decide/candidates/similar_sessions.h"
#include "operators/decide/candidates/threshold.h"
#include "operators/decide/candidates/together.h"
#include "operators/decide/candidates/upsell.h"
#include "operators/decide/candidates/viewed_not_bought.h"

namespace rekindle::operators {
namespace {

constexpr SourceEntry kSources[] = {
    {"similar_sessions", make_similar_sessions, Uses::kNext},
    {"bought_together", make_bought_together},
    {"viewed_together", make_viewed_together},
    {"carted_together", make_carted_together},
    {"viewed_then_bought", make_viewed_then_bought},
    {"bestsellers_of_last_category", make_bestsellers_of_last_category},
    {"bestsellers_of_visited_categories", make_bestsellers_of_visited_categories},
    {"bestsellers_of_top_category", make_bestsellers_of_top_category},
    {"bestsellers_of_visited_brands", make_bestsellers_of_visited_brands},
    {"bestsellers", make_bestsellers, Uses::kLists},
    {"trending", make_trending, Uses::kLists},
    {"trending_of_visited_categories", make_trending_of_visited_categories},
    {"viewed_not_bought", make_viewed_not_bought},
    {"reorder_reminder", make_reorder_reminder},
    {"replenishment", make_replenishment},
    {"new_arrivals", make_new_arrivals, Uses::kLists | Uses::kWithin},
    {"new_arrivals_of_visited_categories", make_new_arrivals_of_visited_categories, Uses::kWithin},
    {"new_arrivals_of_visited_brands", make_new_arrivals_of_visited_brands, Uses::kWithin},
    {"price_drop", make_price_drop, Uses::kWithin | Uses::kDrop},
    {"upsell", make_upsell, Uses::kUpsell},
    {"bundle", make_bundle, Uses::kProducts | Uses::kBundle},
    {"threshold", make_threshold, Uses::kThreshold},
    {"message", make_message, Uses::kMessage},
    {"refer_a_friend", make_refer_a_friend, Uses::kMessage | Uses::kReferral},
    {"loyalty", make_loyalty, Uses::kMessage | Uses::kLoyalty},
    {"manual", make_manual, Uses::kProducts | Uses::kNeedsProducts},
};

}  // namespace

std::span<const SourceEntry> candidate_sources() {
  return kSources;
}

const SourceEntry* find_source(std::string_view name) {
  const auto found = std::find_if(std::begin(kSources), std::end(kSources),
                                  [&](const SourceEntry& entry) { return entry.name == name; });
  return found == std::end(kSources) ? nullptr : found;
}

}  // namespace rekindle::operators
