#include "operators/decide/candidates/threshold.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/cart_value.h"

namespace rekindle::operators {
namespace {

// What could be added, and how much of the gap it closes.
struct Filler {
  const Product* product = nullptr;
  int64_t amount = 0;
  size_t rank = 0;  // how well it goes with the cart
};

// Products by how well they go with the cart, each once, with a price that counts.
class Fillers {
 public:
  Fillers(const DecideView& view, const ThresholdConfig& threshold)
      : x_view(view), x_threshold(threshold) {
    for (const NameHash product : view.cart) add_bought_with(product);
    for (const NameHash product : view.cart) {
      const Product* known = view.model.catalog->find(product);
      if (known != nullptr && known->category_hash != kNoName) {
        add_best(view.model.bestsellers.of_category(known->category_hash));
      }
    }
    add_best(view.model.bestsellers.of_category(kNoName));
  }
  [[nodiscard]] const std::vector<Filler>& all() const { return x_fillers; }

 private:
  void add_bought_with(NameHash anchor) {
    const NameNumbers& names = x_view.model.knn.names;
    const CooccurrenceModel& model = x_view.model.bought_together;
    const NameNumber first = names.find(anchor);
    if (first == kNoNumber) return;
    for (const Pair& pair : model.lists.of(first, names)) {
      if (model.strength(first, pair) > 0) add(names.name_of(pair.product));
    }
  }
  void add_best(const BestsellerList* list) {
    if (list == nullptr) return;
    for (const Bestseller& best : *list) add(best.product);
  }
  void add(NameHash hash) {
    if (x_fillers.size() == limits::kCandidatesMax) return;
    const Product* product = x_view.model.catalog->find(hash);
    if (product == nullptr || product->price == kNoMoney || product->price <= 0) return;
    if (!counts(*product, *x_view.model.catalog, x_threshold)) return;
    const auto is_same = [&](const Filler& other) { return other.product == product; };
    if (std::any_of(x_fillers.begin(), x_fillers.end(), is_same)) return;
    x_fillers.push_back({product, counted_amount(product->price, x_threshold), x_fillers.size()});
  }

  const DecideView& x_view;
  const ThresholdConfig& x_threshold;
  std::vector<Filler> x_fillers;
};

class Threshold final : public CandidateSource {
 public:
  explicit Threshold(const SourceConfig& config) : x_config(config.threshold) {}

  [[nodiscard]] std::string_view name() const override { return "threshold"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    if (view.cart.empty()) return "the cart is empty";
    const GoalGap goal = gap_to_goal(view, x_config);
    if (!goal.fault.empty()) return goal.fault;
    if (goal.gap() <= 0) return "the cart has reached the amount already";
    const Fillers fillers(view, x_config);
    const size_t before = slate.size();
    propose_single(fillers.all(), goal, view, slate);
    if (slate.size() == before) propose_pair(fillers.all(), goal, view, slate);
    return slate.size() > before ? std::string_view{} : "nothing closes the gap to the amount";
  }

 private:
  void propose_single(std::vector<Filler> fillers, const GoalGap& goal, const DecideView& view,
                      Slate& slate) const {
    std::erase_if(fillers, [&](const Filler& filler) { return filler.amount < goal.gap(); });
    std::sort(fillers.begin(), fillers.end(), [](const Filler& a, const Filler& b) {
      return a.amount != b.amount ? a.amount < b.amount : a.rank < b.rank;
    });
    for (const Filler& filler : fillers) {
      if (slate.is_full()) return;
      offer(filler, filler.amount, goal, view, slate);
    }
  }

  // The two that overshoot least; both are offered, or none.
  void propose_pair(const std::vector<Filler>& fillers, const GoalGap& goal, const DecideView& view,
                    Slate& slate) const {
    struct Both {
      size_t first = 0;
      size_t second = 0;
      int64_t amount = 0;
    };
    std::vector<Both> pairs;
    for (size_t i = 0; i < fillers.size(); ++i) {
      for (size_t j = i + 1; j < fillers.size(); ++j) {
        const int64_t amount = saturating_add(fillers[i].amount, fillers[j].amount);
        const bool is_family = fillers[i].product->family() == fillers[j].product->family();
        if (amount >= goal.gap() && !is_family) pairs.push_back({i, j, amount});
      }
    }
    const size_t tried = std::min(pairs.size(), limits::kCandidatesMax);
    std::partial_sort(pairs.begin(), pairs.begin() + static_cast<ptrdiff_t>(tried), pairs.end(),
                      [](const Both& a, const Both& b) {
                        if (a.amount != b.amount) return a.amount < b.amount;
                        return a.first + a.second < b.first + b.second;
                      });
    for (size_t i = 0; i < tried; ++i) {
      const Filler& first = fillers[pairs[i].first];
      const Filler& second = fillers[pairs[i].second];
      if (!slate.has_room(2)) return;
      if (!slate.would_pass(first.product->hash) || !slate.would_pass(second.product->hash)) {
        continue;
      }
      offer(first, pairs[i].amount, goal, view, slate);
      offer(second, pairs[i].amount, goal, view, slate);
      return;
    }
  }

  void offer(const Filler& filler, int64_t amount, const GoalGap& goal, const DecideView& view,
             Slate& slate) const {
    const double score = static_cast<double>(goal.gap()) / static_cast<double>(amount);
    Offer* offer = slate.propose(filler.product->hash, score, name());
    if (offer == nullptr) return;
    offer->reasons.push_back(fmt::format(
        "{} {} {} more for {}{}", price_text(goal.gap(), view.site), view.site.currency.code(),
        x_config.is_net ? "without tax" : "with tax", x_config.name,
        amount == filler.amount ? "" : "; two products together close the gap"));
  }

  ThresholdConfig x_config;
};

}  // namespace

CandidateSourcePtr make_threshold(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<Threshold>(config);
}

}  // namespace rekindle::operators
