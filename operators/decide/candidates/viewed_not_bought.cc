#include "operators/decide/candidates/viewed_not_bought.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/date_text.h"
#include "operators/decide/recent_items.h"

namespace rekindle::operators {
namespace {

class ViewedNotBought final : public CandidateSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "viewed_not_bought"; }

  // What was bought is stopped by the guard `owned`.
  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const size_t before = slate.size();
    std::vector<NameHash> seen;
    RecentItems recent(view.visitor.timeline, view.now);
    while (!slate.is_full() && seen.size() < limits::kCandidatesMax) {
      const auto item = recent.next();
      if (!item) break;
      const NameHash product = item->item.product;
      if (item->type == EventType::kPurchase || product == kNoName) continue;
      if (std::find(seen.begin(), seen.end(), product) != seen.end()) continue;
      seen.push_back(product);
      Offer* offer = slate.propose(product, 1 / static_cast<double>(seen.size()), name());
      if (offer == nullptr) continue;
      offer->reasons.push_back(fmt::format(
          "you {} it on {}", item->type == EventType::kViewItem ? "looked at" : "put in the cart",
          date_text(item->at)));
    }
    if (slate.size() > before) return {};
    return seen.empty() ? "nothing viewed yet" : "nothing left that was viewed and not bought";
  }
};

}  // namespace

CandidateSourcePtr make_viewed_not_bought(const SourceConfig&, const NextConfig&) {
  return std::make_unique<ViewedNotBought>();
}

}  // namespace rekindle::operators
