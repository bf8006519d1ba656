#include "operators/decide/slate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/guards/catalog.h"

namespace rekindle::operators {

Slate::Slate(const DecideView& view, size_t offers_max, Decision& decision)
    : x_view(view), x_offers_max(offers_max), x_source_max(offers_max), x_decision(decision) {
  RK_ASSERT(offers_max >= 1 && offers_max <= limits::kOffersMax);
  x_offered.reserve(offers_max);
  x_decision.offers.reserve(offers_max);
}

void Slate::begin_source(size_t take) {
  x_source_max = take == 0 ? x_offers_max : std::min(x_offers_max, x_offered.size() + take);
}

Offer* Slate::propose(NameHash product, double score, std::string_view source,
                      MayBeOwned may_be_owned) {
  RK_ASSERT(!is_full());
  const Candidate candidate{product, x_view.model.catalog->find(product), score,
                            may_be_owned == MayBeOwned::kYes};
  for (const Guard& guard : kGuards) {
    if (!guard.stops({x_view, candidate, x_offered})) continue;
    reject(candidate, guard.name);
    return nullptr;
  }
  return &accept(candidate, source);
}

Offer& Slate::accept(const Candidate& candidate, std::string_view source) {
  x_offered.push_back(candidate.hash);
  const Product& product = *candidate.product;
  Offer& offer = x_decision.offers.emplace_back();
  offer.type = "product";
  offer.product = product.id;
  offer.title = product.title;
  offer.category = product.category;
  offer.score = candidate.score;
  offer.source = source;
  if (product.price != kNoMoney) {
    char text[32];
    offer.price = format_minor(product.price, x_view.site.currency, text);
    offer.currency = x_view.site.currency.code();
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
                                 std::string(guard)});
}

}  // namespace rekindle::operators
