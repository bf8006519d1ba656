#include "operators/decide/candidates/bestsellers_of_last_category.h"

#include <fmt/format.h>

#include <string>

#include "operators/decide/date_text.h"
#include "operators/decide/recent_categories.h"

namespace rekindle::operators {
namespace {

std::string_view what_was_done(EventType type) {
  switch (type) {
    case EventType::kPurchase: return "bought from";
    case EventType::kAddToCart: return "put in the cart from";
    default: return "viewed";
  }
}

std::string reason(size_t rank, std::string_view category_name, const RecentCategory& recent) {
  const std::string done =
      fmt::format("you {} on {}", what_was_done(recent.type), date_text(recent.at));
  // A shop's events may use categories that its catalogue does not.
  if (category_name.empty()) return fmt::format("bestseller #{} in the category {}", rank, done);
  return fmt::format("bestseller #{} in {}, the category {}", rank, category_name, done);
}

class BestsellersOfLastCategory final : public CandidateSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "bestsellers_of_last_category"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    RecentCategories recent(view.visitor.timeline, *view.model.catalog, view.now);
    const size_t before = slate.size();
    bool any_category = false;
    while (const auto category = recent.next()) {
      any_category = true;
      propose_of(*category, view, slate);
      if (slate.size() > before) return {};
    }
    return any_category ? "nothing left to offer in the categories viewed or bought"
                        : "no category viewed or bought yet";
  }

 private:
  void propose_of(const RecentCategory& recent, const DecideView& view, Slate& slate) const {
    const BestsellerLists& lists = view.model.bestsellers;
    const BestsellerList* list = lists.of_category(recent.category);
    if (list == nullptr) return;
    const std::string_view category_name = view.model.catalog->category_name(recent.category);
    for (size_t i = 0; i < list->size() && !slate.is_full(); ++i) {
      const Bestseller& best = (*list)[i];
      Offer* offer = slate.propose(best.product,
                                   static_cast<double>(best.units) * lists.score_per_unit, name());
      if (offer != nullptr) offer->reasons.push_back(reason(i + 1, category_name, recent));
    }
  }
};

}  // namespace

CandidateSourcePtr make_bestsellers_of_last_category(const SourceConfig&, const NextConfig&) {
  return std::make_unique<BestsellersOfLastCategory>();
}

}  // namespace rekindle::operators
