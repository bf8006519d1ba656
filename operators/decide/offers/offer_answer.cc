#include "operators/decide/offers/offer_answer.h"

#include <cmath>

namespace rekindle::operators {
namespace {

constexpr std::string_view kSource = "offers";

std::string money(int64_t minor, const Site& site) {
  char text[32];
  return std::string(format_minor(minor, site.currency, text));
}

}  // namespace

Offer offer_of(const OfferView& view, const Arm& arm, uint32_t chance, bool is_reserved) {
  Offer offer;
  offer.type = name_of(arm.rule->config.type);
  offer.title = arm.rule->config.title;
  if (const Product* const product = arm.product) {
    offer.product = product->id;
    offer.category = product->category;
    if (offer.title.empty()) offer.title = product->title;
    if (product->price != kNoMoney) offer.price = money(product->price, view.site);
    if (product->price != kNoMoney) offer.currency = view.site.currency.code();
  }
  offer.source = kSource;
  dress(view, arm, chance, is_reserved, offer);
  return offer;
}

void dress(const OfferView& view, const Arm& arm, uint32_t chance, bool is_reserved, Offer& offer) {
  const OfferConfig& config = arm.rule->config;
  offer.offer = config.id;
  offer.text = config.text;
  offer.url = config.url;
  offer.probability = chance / 1e6;
  if (is_reserved) offer.reserved_until = view.now + config.reserve;
  if (arm.discount > 0) {
    offer.discount = money(arm.discount, view.site);
    offer.currency = view.site.currency.code();
  }
  if (offer.source == kSource && arm.rule->is_marketing()) {
    offer.score = arm.gain() / static_cast<double>(view.site.currency.scale());
  }
  for (std::string& reason : arm.reasons(view.site.currency)) {
    offer.reasons.push_back(std::move(reason));
  }
}

DecidedOffer decided_of(const Arm& arm, std::string_view product, bool is_ghost, uint32_t chance) {
  const OfferRule& rule = *arm.rule;
  const OfferConfig& config = rule.config;
  DecidedOffer offer;
  offer.offer = config.id;
  offer.group = config.group;
  offer.channel = config.channel;
  offer.product = product;
  offer.rung = arm.rung;
  offer.is_ghost = is_ghost;
  offer.is_service = !rule.is_marketing();
  offer.has_budget = config.budget >= 0;
  offer.holds_stock = config.holds_stock;
  offer.probability_ppm = chance;
  offer.gain = rule.is_marketing() ? std::llround(arm.gain()) : 0;
  offer.reserved_for = config.reserve;
  offer.kept_for = rule.kept_for;
  offer.view_window = config.view_window;
  offer.click_window = config.click_window;
  offer.cost = config.cost;
  offer.discount = arm.discount;
  return offer;
}

}  // namespace rekindle::operators
