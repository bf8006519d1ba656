#include "operators/decide/slate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/guards/catalog.h"

namespace rekindle::operators {

Slate::Slate(const DecideView& view, size_t offers_max, const Quota& quota, Decision& decision)
    : x_view(view),
      x_offers_max(offers_max),
      x_source_max(offers_max),
      x_quota(quota),
      x_decision(decision) {
  RK_ASSERT(offers_max >= 1 && offers_max <= limits::kOffersMax);
  x_offered.reserve(offers_max);
  x_decision.offers.reserve(offers_max);
}

void Slate::begin_source(size_t take) {
  x_source_max = take == 0 ? x_offers_max : std::min(x_offers_max, size() + take);
}

bool Slate::passes(const Candidate& candidate) {
  for (const Guard& guard : kGuards) {
    if (!guard.stops({x_view, candidate, x_offered, x_quota})) continue;
    reject(candidate, guard.name);
    return false;
  }
  return true;
}

bool Slate::would_pass(NameHash product) {
  return passes({product, x_view.model.catalog->find(product)});
}

Offer* Slate::propose(NameHash product, double score, std::string_view source,
                      MayBeOwned may_be_owned) {
  RK_ASSERT(!is_full());
  const Candidate candidate{product, x_view.model.catalog->find(product), score,
                            may_be_owned == MayBeOwned::kYes};
  return passes(candidate) ? &accept(candidate, source) : nullptr;
}

Offer* Slate::propose_bundle(std::span<const NameHash> products, std::span<const NameHash> in_cart,
                             double score, std::string_view source) {
  RK_ASSERT(!is_full() && !products.empty());
  std::vector<Candidate> members;
  for (const NameHash product : products) {
    members.push_back({product, x_view.model.catalog->find(product), score});
    const bool is_there = std::find(in_cart.begin(), in_cart.end(), product) != in_cart.end();
    if (is_there && members.back().product != nullptr) continue;
    if (!passes(members.back())) return nullptr;
  }
  Offer& offer = accept(members.front(), source);
  offer.type = "bundle";
  for (const Candidate& member : members) {
    offer.bundle.push_back(member.product->id);
    if (&member != &members.front()) x_offered.push_back(member.product);
  }
  return &offer;
}

Offer* Slate::propose_message(double score, std::string_view source) {
  RK_ASSERT(!is_full());
  Offer& offer = x_decision.offers.emplace_back();
  offer.type = "message";
  offer.score = score;
  offer.source = source;
  return &offer;
}

Offer& Slate::accept(const Candidate& candidate, std::string_view source) {
  const Product& product = *candidate.product;
  x_offered.push_back(&product);
  Offer& offer = x_decision.offers.emplace_back();
  offer.type = "product";
  offer.product = product.id;
  offer.title = product.title;
  offer.category = product.category;
  offer.score = candidate.score;
  offer.source = source;
  if (product.price != kNoMoney) {
    offer.price = price_text(product.price, x_view.site);
    offer.currency = x_view.site.currency.code();
    const bool is_reduced = product.list_price != kNoMoney && product.list_price > product.price;
    if (is_reduced) offer.list_price = price_text(product.list_price, x_view.site);
  }
  return offer;
}

void Slate::reject(const Candidate& candidate, std::string_view guard) {
  if (x_rejected.size() >= limits::kOffersMax) return;
  if (std::find(x_rejected.begin(), x_rejected.end(), candidate.hash) != x_rejected.end()) return;
  x_rejected.push_back(candidate.hash);
  // Only its hash is known of a product that no catalogue lists.
  x_decision.rejected.push_back({candidate.product == nullptr
                                     ? fmt::format("#{:016x}", candidate.hash)
                                     : candidate.product->id,
                                 std::string(guard),
                                 {}});
}

std::string price_text(int64_t minor, const Site& site) {
  char text[32];
  return std::string(format_minor(minor, site.currency, text));
}

}  // namespace rekindle::operators
