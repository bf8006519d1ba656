// A guard of configured offers: one reason not to show one. Adding one: a file here and a line in
// offer_catalog.h.
#pragma once

#include <span>
#include <string_view>

#include "core/decider.h"
#include "core/tally_key.h"
#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/offers/offer_book.h"

namespace rekindle::operators {

// What all offers of one decision are judged by. Thread: the shard's, for one decision.
struct OfferView {
  const DecideRequest& request;
  const Site& site;
  const Visitor& visitor;
  EventTime now;
  const SiteInsights* insights;  // null: nothing yet
  const OfferBook& book;
  const ProductCatalog* catalog;  // null: the site has none
  Tallies* tallies;               // null: nothing is counted

  // An expression that is not set holds for everybody, a broken one for nobody.
  [[nodiscard]] bool holds(const OfferCondition& condition) const {
    if (!condition.is_set) return true;
    if (condition.is_broken) return false;
    return condition.program.evaluate(visitor, site, now, insights).value;
  }
  [[nodiscard]] int64_t tally(NameHash subject, TallyOf what) const {
    return tallies == nullptr ? 0 : tallies->read(tally_key(site.id, subject, what));
  }
};

// One offer at one of its discounts.
struct OfferJudged {
  const OfferView& view;
  const OfferRule& rule;
  uint32_t rung = 0;
  const Product* product = nullptr;  // null: the offer names none, or the catalogue has it not
  int64_t price = 0;                 // what it is about, minor units; 0: not known
  int64_t discount = 0;              // minor units
  std::span<const Exposure> chosen;  // by this decision already: they count for caps too
};

struct OfferGuard {
  std::string_view name;  // told to people as the reason: "cap_group"
  bool (*stops)(const OfferJudged&);
};

}  // namespace rekindle::operators
