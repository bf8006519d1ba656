#include "operators/decide/candidates/similar_sessions.h"

#include <fmt/format.h>

#include "operators/decide/visited_products.h"

namespace rekindle::operators {
namespace {

class SimilarSessions final : public CandidateSource {
 public:
  explicit SimilarSessions(const NextConfig& next) : x_next(next) {}

  [[nodiscard]] std::string_view name() const override { return "similar_sessions"; }

  [[nodiscard]] std::string_view propose(const DecideView& view, Slate& slate) const override {
    const std::vector<NameHash> visited = visited_products(view, x_next.knn.items);
    if (visited.empty()) return "nothing viewed or bought yet";
    const size_t before = slate.size();
    const auto best = next_products(view.model, visited, view.now, x_next, limits::kCandidatesMax);
    for (size_t i = 0; i < best.size() && !slate.is_full(); ++i) {
      Offer* offer = slate.propose(best[i].product, best[i].score, name());
      if (offer == nullptr) continue;
      offer->reasons.push_back(fmt::format("#{} of what came with {} in sessions like yours", i + 1,
                                           display_name(view, visited.back())));
    }
    if (slate.size() > before) return {};
    return best.empty() ? "no session like this one is known"
                        : "nothing left to offer from sessions like this one";
  }

 private:
  NextConfig x_next;
};

}  // namespace

CandidateSourcePtr make_similar_sessions(const SourceConfig& config, const NextConfig& next) {
  return std::make_unique<SimilarSessions>(config.next.value_or(next));
}

}  // namespace rekindle::operators
