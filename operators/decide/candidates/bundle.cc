#include "operators/decide/candidates/bundle.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/visited_products.h"

namespace rekindle::operators {
namespace {

constexpr size_t kAnchorsMax = 16;          // products of the cart that count
constexpr uint32_t kOrdersTogetherMin = 2;  // a pair seen once is chance
constexpr size_t kPartnersTried = 8;

class Bundle final : public CandidateSource {
 public:
  explicit Bundle(const SourceConfig& config) : x_discount_percent(config.discount_percent) {
    for (const std::string& product : config.products) x_set.push_back(item_name_hash(product));
  }

  [[nodiscard]] std::string_view name() const override { return "bundle"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const std::vector<NameHash> anchors = anchor_products(view, kAnchorsMax);
    if (anchors.empty()) return "nothing in the cart and nothing viewed yet";
    const size_t before = slate.size();
    const std::string_view why =
        x_set.empty() ? propose_pairs(anchors, view, slate) : propose_set(anchors, view, slate);
    return slate.size() > before ? std::string_view{} : why;
  }

 private:
  std::string_view propose_set(const std::vector<NameHash>& anchors, const DecideView& view,
                               Slate& slate) const {
    const auto is_anchor = [&](NameHash product) {
      return std::find(anchors.begin(), anchors.end(), product) != anchors.end();
    };
    if (std::none_of(x_set.begin(), x_set.end(), is_anchor)) {
      return "nothing of the set is in the cart or was viewed last";
    }
    return offer_together(x_set, 1, "goes together", view, slate);
  }

  std::string_view propose_pairs(const std::vector<NameHash>& anchors, const DecideView& view,
                                 Slate& slate) const {
    const CooccurrenceModel& model = view.model.bought_together;
    const NameNumbers& names = view.model.knn.names;
    std::string_view why = "nothing is known to be bought with it";
    for (const NameHash anchor : anchors) {
      const NameNumber first = names.find(anchor);
      if (first == kNoNumber) continue;
      std::vector<std::pair<double, Pair>> partners;
      for (const Pair& pair : model.lists.of(first, names)) {
        const double strength = model.strength(first, pair);
        if (strength > 0 && pair.count >= kOrdersTogetherMin) partners.emplace_back(strength, pair);
      }
      std::sort(partners.begin(), partners.end(), [&](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first > b.first;
        return names.name_of(a.second.product) < names.name_of(b.second.product);
      });
      for (size_t i = 0; i < std::min(partners.size(), kPartnersTried); ++i) {
        if (slate.is_full()) return why;
        const size_t before = slate.size();
        const std::string reason =
            fmt::format("bought in one order {} times", partners[i].second.count);
        why = offer_together({anchor, names.name_of(partners[i].second.product)}, partners[i].first,
                             reason, view, slate);
        if (slate.size() > before) break;  // one for each anchor
      }
    }
    return why;
  }

  // What is missing in the cart comes first: that is what is offered.
  std::string_view offer_together(std::vector<NameHash> products, double score,
                                  const std::string& reason, const DecideView& view,
                                  Slate& slate) const {
    const auto is_in_cart = [&](NameHash product) {
      return std::find(view.cart.begin(), view.cart.end(), product) != view.cart.end();
    };
    std::stable_partition(products.begin(), products.end(),
                          [&](NameHash product) { return !is_in_cart(product); });
    if (is_in_cart(products.front())) return "all of the set is in the cart";
    int64_t sum = 0;
    for (const NameHash hash : products) {
      const Product* product = view.model.catalog->find(hash);
      if (product == nullptr) return "a product of the set is not in the catalogue";
      if (product->price == kNoMoney) return "a product of the set has no price";
      sum = saturating_add(sum, product->price);
    }
    Offer* offer = slate.propose_bundle(products, view.cart, score, name());
    if (offer == nullptr) return "a product of the set cannot be offered now";
    // Half away from zero, as all money.
    const auto paid = (static_cast<__int128>(sum) * (100 - x_discount_percent) + 50) / 100;
    offer->price = price_text(static_cast<int64_t>(paid), view.site);
    offer->list_price = price_text(sum, view.site);
    offer->currency = view.site.currency.code();
    std::string others;
    for (size_t i = 1; i < products.size(); ++i) {
      others += (i > 1 ? " and " : "") + display_name(view, products[i]);
    }
    offer->reasons.push_back(fmt::format("with {}, {} instead of {} {}: {}", others, offer->price,
                                         offer->list_price, offer->currency, reason));
    return {};
  }

  uint32_t x_discount_percent;
  std::vector<NameHash> x_set;
};

}  // namespace

CandidateSourcePtr make_bundle(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<Bundle>(config);
}

}  // namespace rekindle::operators
