#include "operators/decide/candidates/price_drop.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/date_text.h"
#include "operators/decide/recent_items.h"

namespace rekindle::operators {
namespace {

struct Drop {
  const Product* product = nullptr;
  EventTime seen_at;  // the last time before it
  double share = 0;
};

class PriceDrop final : public CandidateSource {
 public:
  explicit PriceDrop(const SourceConfig& config)
      : x_within(config.within), x_percent_min(config.percent_min) {}

  [[nodiscard]] std::string_view name() const override { return "price_drop"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const size_t before = slate.size();
    for (const Drop& drop : drops(view)) {
      if (slate.is_full()) break;
      const Product& product = *drop.product;
      Offer* offer = slate.propose(product.hash, drop.share, name());
      if (offer == nullptr) continue;
      offer->list_price = price_text(product.dropped_from, view.site);
      offer->reasons.push_back(
          fmt::format("you looked at it on {}, since {} it costs {:.0f} % less",
                      date_text(drop.seen_at), date_text(product.dropped_at), drop.share * 100));
    }
    return slate.size() > before ? std::string_view{} : "nothing that was viewed costs less now";
  }

 private:
  [[nodiscard]] std::vector<Drop> drops(const DecideView& view) const {
    std::vector<Drop> found;
    RecentItems recent(view.visitor.timeline, view.now);
    while (const auto seen = recent.next()) {
      if (seen->type == EventType::kPurchase) continue;
      const Product* product = view.model.catalog->find(seen->item.product);
      if (product == nullptr || !is_news(*product, view.now)) continue;
      if (seen->at >= product->dropped_at) continue;
      const auto is_same = [&](const Drop& drop) { return drop.product == product; };
      if (std::any_of(found.begin(), found.end(), is_same)) continue;
      const double share = static_cast<double>(product->dropped_from - product->price) /
                           static_cast<double>(product->dropped_from);
      found.push_back({product, seen->at, share});
    }
    std::sort(found.begin(), found.end(), [](const Drop& a, const Drop& b) {
      return a.share != b.share ? a.share > b.share : a.product->id < b.product->id;
    });
    if (found.size() > limits::kCandidatesMax) found.resize(limits::kCandidatesMax);
    return found;
  }

  [[nodiscard]] bool is_news(const Product& product, EventTime now) const {
    if (product.price == kNoMoney || product.dropped_from == kNoMoney) return false;
    if (product.dropped_at > now || product.dropped_at + x_within <= now) return false;
    const auto drop = static_cast<__int128>(product.dropped_from) - product.price;
    return drop > 0 && drop * 100 >= static_cast<__int128>(product.dropped_from) * x_percent_min;
  }

  Duration x_within;
  uint32_t x_percent_min;
};

}  // namespace

CandidateSourcePtr make_price_drop(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<PriceDrop>(config);
}

}  // namespace rekindle::operators
