// A decider that knows nothing: offers nothing, learns nothing, saves nothing. Tests override what
// they look at.
#pragma once

#include <string>
#include <string_view>

#include "core/decider.h"

namespace rekindle::testing {

class PlainDecider : public Decider {
 public:
  [[nodiscard]] Decision decide(const DecideRequest&, const Site&, const Visitor*,
                                EventTime) const override {
    return {};
  }
  void learn(const ClosedSession&) override {}
  size_t forget(const VisitorKey&) override { return 0; }
  void publish() override {}
  [[nodiscard]] Result<CatalogOutcome> change_catalog(const CatalogUpload&,
                                                      OnModelThread) override {
    return Error{ErrorCode::kNotFound, {}};
  }
  [[nodiscard]] CatalogSummary catalog(SiteId) const override { return {}; }
  void save(std::string& out) const override { out.clear(); }
  [[nodiscard]] Result<void> restore(std::string_view) override { return {}; }
};

}  // namespace rekindle::testing
