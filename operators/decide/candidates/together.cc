#include "operators/decide/candidates/together.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/visited_products.h"

namespace rekindle::operators {
namespace {

constexpr size_t kAnchorsMax = 16;  // products of the cart that count

struct Kind {
  std::string_view name;
  CooccurrenceModel SiteModel::*model;
  std::string_view reason;  // of the product it goes with, and how often
};

constexpr Kind kBoughtTogether{"bought_together", &SiteModel::bought_together,
                               "bought in one order with {}: {} times"};
constexpr Kind kViewedTogether{"viewed_together", &SiteModel::viewed_together,
                               "looked at in one visit with {}: {} times"};
constexpr Kind kCartedTogether{"carted_together", &SiteModel::carted_together,
                               "put in the cart in one visit with {}: {} times"};
constexpr Kind kViewedThenBought{"viewed_then_bought", &SiteModel::viewed_then_bought,
                                 "bought in a visit in which {} was looked at: {} times"};

struct Match {
  NameNumber product = kNoNumber;
  double score = 0;
  double strongest = 0;
  NameHash with = kNoName;  // of the strongest pair
  uint32_t times = 0;
};

class Together final : public CandidateSource {
 public:
  explicit Together(const Kind& kind) : x_kind(kind) {}

  [[nodiscard]] std::string_view name() const override { return x_kind.name; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const std::vector<NameHash> anchors = anchor_products(view, kAnchorsMax);
    if (anchors.empty()) return "nothing in the cart and nothing viewed yet";
    const NameNumbers& names = view.model.knn.names;
    const size_t before = slate.size();
    for (const Match& match : matches(view, anchors)) {
      if (slate.is_full()) break;
      Offer* offer = slate.propose(names.name_of(match.product), match.score, name());
      if (offer == nullptr) continue;
      offer->reasons.push_back(
          fmt::format(fmt::runtime(x_kind.reason), display_name(view, match.with), match.times));
    }
    if (slate.size() > before) return {};
    return "nothing is known to go with what is in the cart or was viewed last";
  }

 private:
  // Those with a score above 0, best first, equal ones by hash.
  [[nodiscard]] std::vector<Match> matches(const DecideView& view,
                                           const std::vector<NameHash>& anchors) const {
    const CooccurrenceModel& model = view.model.*x_kind.model;
    const NameNumbers& names = view.model.knn.names;
    std::vector<Match> found;
    for (const NameHash anchor : anchors) {
      const NameNumber first = names.find(anchor);
      if (first == kNoNumber) continue;
      for (const Pair& pair : model.lists.of(first, names)) {
        add(found, {pair.product, 0, model.strength(first, pair), anchor, pair.count});
      }
    }
    std::erase_if(found, [](const Match& match) { return match.score <= 0; });
    std::sort(found.begin(), found.end(), [&](const Match& a, const Match& b) {
      if (a.score != b.score) return a.score > b.score;
      return names.name_of(a.product) < names.name_of(b.product);
    });
    if (found.size() > limits::kCandidatesMax) found.resize(limits::kCandidatesMax);
    return found;
  }

  static void add(std::vector<Match>& found, Match match) {
    match.score = match.strongest;
    const auto same = std::find_if(found.begin(), found.end(), [&](const Match& other) {
      return other.product == match.product;
    });
    if (same == found.end()) return found.push_back(match);
    match.score += same->score;
    if (same->strongest >= match.strongest) {
      same->score = match.score;
    } else {
      *same = match;
    }
  }

  const Kind& x_kind;
};

}  // namespace

CandidateSourcePtr make_bought_together(const SourceConfig&, const NextConfig&) {
  return std::make_unique<Together>(kBoughtTogether);
}

CandidateSourcePtr make_viewed_together(const SourceConfig&, const NextConfig&) {
  return std::make_unique<Together>(kViewedTogether);
}

CandidateSourcePtr make_carted_together(const SourceConfig&, const NextConfig&) {
  return std::make_unique<Together>(kCartedTogether);
}

CandidateSourcePtr make_viewed_then_bought(const SourceConfig&, const NextConfig&) {
  return std::make_unique<Together>(kViewedThenBought);
}

}  // namespace rekindle::operators
