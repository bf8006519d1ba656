#include "operators/decide/candidates/manual.h"

namespace rekindle::operators {
namespace {

class Manual final : public CandidateSource {
 public:
  explicit Manual(const SourceConfig& config) {
    for (const std::string& product : config.products) {
      x_products.push_back(item_name_hash(product));
    }
  }

  [[nodiscard]] std::string_view name() const override { return "manual"; }

  [[nodiscard]] std::string_view propose(const DecideView&, Slate& slate) const override {
    const size_t before = slate.size();
    double rank = 0;
    for (const NameHash product : x_products) {
      if (slate.is_full()) break;
      Offer* offer = slate.propose(product, 1 / ++rank, name());
      if (offer != nullptr) offer->reasons.push_back("chosen by the shop");
    }
    return slate.size() > before ? std::string_view{} : "nothing left of what the shop chose";
  }

 private:
  std::vector<NameHash> x_products;
};

}  // namespace

CandidateSourcePtr make_manual(const SourceConfig& config, const NextConfig&) {
  return std::make_unique<Manual>(config);
}

}  // namespace rekindle::operators
