#include "operators/decide/candidates/upsell.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/visited_products.h"

namespace rekindle::operators {
namespace {

constexpr size_t kAnchorsMax = 16;  // products of the cart that count

struct Step {
  const Product* product = nullptr;
  const Product* from = nullptr;
  size_t common = 0;  // attributes
  double score = 0;
};

size_t common_attributes(const Product& a, const Product& b) {
  size_t common = 0;
  for (const Attribute& attribute : a.attributes) {
    common += std::binary_search(b.attributes.begin(), b.attributes.end(), attribute) ? 1 : 0;
  }
  return common;
}

class Upsell final : public CandidateSource {
 public:
  explicit Upsell(const SourceConfig& config) : x_config(config) {}

  [[nodiscard]] std::string_view name() const override { return "upsell"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const std::vector<NameHash> anchors = anchor_products(view, kAnchorsMax);
    if (anchors.empty()) return "nothing in the cart and nothing viewed yet";
    std::vector<Step> steps;
    bool any_price = false;
    for (const NameHash anchor : anchors) {
      const Product* from = view.model.catalog->find(anchor);
      if (from == nullptr || from->price == kNoMoney || from->price == 0) continue;
      any_price = true;
      add_steps(*from, view, steps);
    }
    if (!any_price) return "no price is known of what is in the cart or was viewed last";
    std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
      return a.score != b.score ? a.score > b.score : a.product->id < b.product->id;
    });
    const size_t before = slate.size();
    for (size_t i = 0; i < steps.size() && i < limits::kCandidatesMax && !slate.is_full(); ++i) {
      Offer* offer = slate.propose(steps[i].product->hash, steps[i].score, name());
      if (offer != nullptr) offer->reasons.push_back(reason(steps[i], view));
    }
    return slate.size() > before ? std::string_view{} : "nothing is a step up from it";
  }

 private:
  void add_steps(const Product& from, const DecideView& view, std::vector<Step>& steps) const {
    const ProductGroup* group = view.model.catalog->category(from.category_hash);
    if (group == nullptr || from.category_hash == kNoName) return;
    const size_t first = steps.size();
    int32_t tier = kNoTier;  // the lowest seen above
    size_t read = 0;
    group->by_price.ascend(from.price + 1, [&](const SortedProducts::Entry& entry) {
      const Product& product = *view.model.catalog->find(entry.product);
      if (from.tier == kNoTier && !is_priced_as_step(from, product)) {
        return static_cast<__int128>(product.price) * 100 <
                   static_cast<__int128>(from.price) * x_config.price_percent_min &&
               ++read < limits::kUpsellScanMax;
      }
      const bool is_step =
          product.family() != from.family() && (from.tier == kNoTier || product.tier > from.tier);
      const size_t common = is_step ? common_attributes(from, product) : 0;
      if (is_step && common >= x_config.attributes_min) {
        if (tier == kNoTier || product.tier < tier) tier = product.tier;
        steps.push_back({&product, &from, common, score_of(from, product, common)});
      }
      return ++read < limits::kUpsellScanMax;
    });
    if (from.tier == kNoTier) return;
    const auto begin = steps.begin() + static_cast<ptrdiff_t>(first);
    steps.erase(std::remove_if(begin, steps.end(),
                               [&](const Step& step) { return step.product->tier != tier; }),
                steps.end());
  }

  [[nodiscard]] bool is_priced_as_step(const Product& from, const Product& product) const {
    const auto price = static_cast<__int128>(product.price) * 100;
    return price >= static_cast<__int128>(from.price) * x_config.price_percent_min &&
           price <= static_cast<__int128>(from.price) * x_config.price_percent_max;
  }

  static double score_of(const Product& from, const Product& product, size_t common) {
    const size_t all = from.attributes.size() + product.attributes.size() - common;
    const double alike = all == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all);
    return (1 + alike) * static_cast<double>(from.price) / static_cast<double>(product.price);
  }

  static std::string reason(const Step& step, const DecideView& view) {
    const double more =
        (static_cast<double>(step.product->price) / static_cast<double>(step.from->price) - 1) *
        100;
    std::string text =
        fmt::format("a step up from {}: {:.0f} % more", display_name(view, step.from->hash), more);
    if (step.common > 0) {
      text +=
          fmt::format(", {} of {} attributes the same", step.common, step.from->attributes.size());
    }
    return text;
  }

  SourceConfig x_config;
};

}  // namespace

CandidateSourcePtr make_upsell(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<Upsell>(config);
}

}  // namespace rekindle::operators
