#include "operators/decide/offers/offer_book.h"

#include <algorithm>

#include "core/assert.h"
#include "core/decision.h"

namespace rekindle::operators {
namespace {

using Known = std::vector<audience::KnownAudience>;

OfferCondition compiled(const std::string& when, const Known& known) {
  OfferCondition condition;
  condition.is_set = !when.empty();
  if (!condition.is_set) return condition;
  auto program = audience::compile(when, {.file = "offers"}, known);
  condition.is_broken = !program.has_value();
  if (program) condition.program = *std::move(program);
  return condition;
}

Duration longest_asked(const OfferConfig& config) {
  const bool asks_fatigue = config.fatigue_after > 0 || config.fatigue_cost > 0;
  Duration longest = std::max({config.click_window, config.view_window, config.cool_down,
                               asks_fatigue ? config.fatigue_for : Duration{}});
  for (const OfferCap& cap : config.caps) longest = std::max(longest, cap.within);
  // It may be shown as late as its reservation ends, and count from there.
  return std::min(longest + config.reserve, days(399)) + hours(2);
}

std::unique_ptr<OfferRule> make_rule(const OfferConfig& config, const Site& site,
                                     const Known& known) {
  auto rule = std::make_unique<OfferRule>();
  rule->config = config;
  rule->site = site.id;
  if (!absl::LoadTimeZone(site.time_zone, &rule->zone)) rule->zone = absl::UTCTimeZone();
  rule->hash = name_hash(config.id);
  rule->group = name_hash(config.group);
  rule->channel = name_hash(config.channel);
  rule->product = item_name_hash(config.product);
  const size_t rungs = std::max<size_t>(1, config.ladder.size());
  for (uint32_t rung = 0; rung < rungs; ++rung) rule->arms.push_back(arm_hash(config.id, rung));
  rule->audience = compiled(config.audience, known);
  rule->applies = compiled(config.applies, known);
  rule->suits = compiled(config.suits, known);
  for (const OfferBoost& boost : config.boosts) {
    rule->boosts.push_back({compiled(boost.when, known), 1 + boost.percent / 100});
  }
  rule->kept_for = longest_asked(config);
  return rule;
}

}  // namespace

OfferBook::OfferBook(const OfferingConfig& offering, const std::vector<OfferConfig>& offers,
                     const std::vector<Site>& sites, const Rules& rules)
    : x_offering(offering) {
  Known known;
  for (const AudienceRule& rule : rules.audiences) {
    known.push_back({rule.name, rule.id, rule.version});
  }
  x_unprofitable = compiled(offering.unprofitable, known);
  for (const OfferConfig& config : offers) {
    for (const Site& site : sites) {
      if (!config.site.empty() && config.site != site.name) continue;
      const OfferRule* const rule = x_rules.emplace_back(make_rule(config, site, known)).get();
      for (const std::string& placement : config.placements) {
        x_by_place[{site.id, placement}].push_back(rule);
      }
    }
  }
}

const std::vector<const OfferRule*>& OfferBook::in(SiteId site, std::string_view placement) const {
  static const std::vector<const OfferRule*> kNone;
  const auto found = x_by_place.find(std::pair(site, placement));
  return found == x_by_place.end() ? kNone : found->second;
}

OfferDescription describe(const OfferConfig& offer, const OfferingConfig& offering) {
  OfferDescription description;
  description.id = offer.id;
  description.site = offer.site;
  description.type = name_of(offer.type);
  description.title = offer.title;
  description.group = offer.group;
  description.channel = offer.channel;
  description.audience = offer.audience;
  description.placements = offer.placements;
  description.start = offer.start;
  description.end = offer.end;
  description.budget = offer.budget;
  for (const OfferDiscount& rung : offer.ladder) description.discounts.push_back(rung.text);
  // Drawn apart from each other.
  const bool is_marketing = offer.type != OfferType::kService;
  const int64_t both = int64_t{offer.holdout} * offering.holdout / kWholeShare;
  description.holdout =
      is_marketing ? static_cast<uint32_t>(offer.holdout + offering.holdout - both) : 0;
  description.margin = offer.margin;
  return description;
}

}  // namespace rekindle::operators
